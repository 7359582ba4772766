package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.diagnosis.FailureReason;
import io.sallyport.testing.Conversation;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.RunningProxy;

/** What has to be true of a client that was refused in the handshake. */
final class Refusal {
    private Refusal() {}

    /**
     * The client got that alert and no answer, log and meters tell the reason, and the backend saw nothing.
     *
     * @param alert as openssl says it: {@code unknown_ca}
     * @return the line of the failure
     */
    static LogLine assertRefused(
            RunningProxy proxy, FakeBackend backend, Conversation client, String alert, FailureReason reason) {
        assertThat(client.alerts()).as(client.output()).containsExactly("< fatal " + alert);
        assertThat(client.isAnswered()).isFalse();
        LogLine failure = proxy.awaitHandshakeFailure();
        assertThat(failure.text("reason")).isEqualTo(reason.tag());
        LogLine connection = proxy.awaitConnectionLine();
        assertThat(connection.text("reason")).isEqualTo("handshake_failed");
        assertThat(connection.text("closed_by")).isEqualTo("client");
        assertThat(connection.has("backend")).isFalse();
        assertThat(connection.text("connection")).isEqualTo(failure.text("connection"));
        proxy.awaitMetric(1, "sallyport_handshakes_total", "listener", "https", "result", "failure");
        assertThat(proxy.metric("sallyport_handshakes_total", "listener", "https", "result", "success"))
                .isZero();
        proxy.awaitMetric(1, "sallyport_handshake_failures_total", "listener", "https");
        proxy.awaitMetric(1, "sallyport_handshake_failures_total", "listener", "https", "reason", reason.tag());
        proxy.awaitMetric(1, "sallyport_connections_closed_total", "listener", "https", "reason", "handshake_failed");
        assertThat(backend.accepted()).as("connections of the backend").isZero();
        return failure;
    }
}
