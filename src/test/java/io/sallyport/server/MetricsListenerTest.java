package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class MetricsListenerTest {
    private static final String BIND = "metrics.bind = \"127.0.0.1:0\"";

    @Test
    void itHasTheSameMetersAsTheAdminListener() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(BIND).start()) {
            assertThat(proxy.getMetrics("/metrics").body()).contains("sallyport_build_info");
            assertThat(proxy.getMetrics("/readyz").body()).isEqualTo("ready\n");
            assertThat(proxy.getMetrics("/status").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void withoutAnAdminListenerItStandsAlone() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("admin.bind = \"\"", BIND)
                        .start()) {
            assertThat(proxy.getMetrics("/livez").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void itTellsOfADrainToItsEnd() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(BIND).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            proxy.drain();

            await().untilAsserted(() ->
                    assertThat(proxy.getMetrics("/readyz").statusCode()).isEqualTo(503));
            assertThat(proxy.getMetrics("/livez").statusCode()).isEqualTo(200);
            assertThat(proxy.getMetrics("/metrics").body()).contains("sallyport_draining 1");
        }
    }

    @Test
    void aTakenPortKeepsItFromStarting() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String bind = "127.0.0.1:" + taken.getLocalPort();

            assertThatThrownBy(() -> RunningProxy.to(backend.address())
                            .with("metrics.bind = \"" + bind + "\"")
                            .start())
                    .hasStackTraceContaining("metrics.bind: \"" + bind + "\": the port is in use");
        }
    }
}
