package io.sallyport.handshake;

import io.sallyport.diagnosis.FailureReason;
import io.sallyport.testing.RunningProxy;
import org.jspecify.annotations.Nullable;

/**
 * A client that fails, and what is to be said of it.
 *
 * @param client for people: what it is
 * @param brokeAt the step that it does not get past
 * @param how it ends
 * @param alert the one that goes; null where none goes
 * @param cause words that the cause holds
 * @param prepare what the proxy is to be like
 * @param attempt what the client does
 */
record Provocation(
        FailureReason reason,
        String client,
        String brokeAt,
        String how,
        @Nullable String alert,
        String cause,
        Preparation prepare,
        Attempt attempt) {

    /** Settles what the proxy is like, before it starts. */
    @FunctionalInterface
    interface Preparation {
        Preparation NONE = (proxy, client) -> {};

        void of(RunningProxy.Builder proxy, ClientPrograms client);
    }

    /** Comes to the running proxy, and fails. */
    @FunctionalInterface
    interface Attempt {
        void at(RunningProxy proxy, ClientPrograms client) throws Exception;
    }

    /** The same, by a program: its words, in which ADDRESS and PORT stand for the proxy's. */
    static Attempt program(String words) {
        return (proxy, client) -> client.run(proxy, words);
    }

    @Override
    public String toString() {
        return reason.tag() + ": " + client;
    }
}
