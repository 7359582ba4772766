package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import org.junit.jupiter.api.Test;

/** The health checks of load balancers: a TCP connection that says nothing. */
class BareProbeTest {

    @Test
    void probeThatClosesIsCountedAndNotLogged() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            for (int i = 0; i < 10; i++) {
                TlsClient.open(proxy.address(), proxy.authority()).close();
            }
            assertProbes(proxy, 10);
            assertThat(backend.accepted())
                    .as("by the connection that came after")
                    .isEqualTo(1);
        }
    }

    @Test
    void probeThatResetsIsCountedAndNotLogged() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            for (int i = 0; i < 10; i++) {
                TlsClient.open(proxy.address(), proxy.authority()).reset();
            }
            assertProbes(proxy, 10);
            assertThat(backend.accepted())
                    .as("by the connection that came after")
                    .isEqualTo(1);
        }
    }

    @Test
    void probeThatHalfClosesIsCountedAndNotLogged() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendFin();
            client.tcpEnd();
            assertProbes(proxy, 1);
        }
    }

    private static void assertProbes(RunningProxy proxy, int count) {
        proxy.awaitMetric(count, "sallyport_connections_closed_total", "reason", "bare_probe");
        proxy.awaitMetric(count, "sallyport_handshakes_total", "result", "bare_probe");
        assertThat(proxy.metric("sallyport_handshakes_total", "result", "failure"))
                .isZero();
        // The line of a connection that comes after them is the first.
        TlsClient.connect(proxy).close();
        proxy.awaitConnectionLine();
        assertThat(proxy.accessLines()).hasSize(1);
    }
}
