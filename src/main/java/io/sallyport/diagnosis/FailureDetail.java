package io.sallyport.diagnosis;

import io.sallyport.handshake.wire.FirstBytes;

/** What is known of a failed handshake beyond its reason. */
public sealed interface FailureDetail {
    /** As logs show it. */
    String text();

    /** The TLS library's word, or our own: for people alone. */
    record Text(String text) implements FailureDetail {}

    /** The first bytes are another protocol's. */
    record OtherProtocol(FirstBytes kind) implements FailureDetail {
        @Override
        public String text() {
            return kind.name();
        }
    }

    /**
     * An access rule decided.
     *
     * @param rule as the configuration writes it, or that none speaks of the client
     */
    record DecidedByRule(String text, String rule) implements FailureDetail {}
}
