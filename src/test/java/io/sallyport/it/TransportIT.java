package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import org.junit.jupiter.api.Test;

/** A process that cannot load Netty's epoll. */
class TransportIT {
    private static final String WITHOUT = "-Dio.netty.transport.noNative=true";

    @Test
    void fallsBackToNioAndSaysSo() {
        try (FakeBackend backend = FakeBackend.echo();
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcess(WITHOUT);
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");

            assertThat(client.readText(4)).isEqualTo("ping");
            assertThat(proxy.get("/status").body()).contains("\"transport\" : \"nio\"");
            assertThat(proxy.logLines("event loops"))
                    .singleElement()
                    .satisfies(line -> assertThat(line.text("transport")).isEqualTo("nio"));
            assertThat(proxy.logLines("epoll is not available: ")).hasSize(1);
        }
    }

    @Test
    void doesNotStartWithoutWhatWasAskedFor() {
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address()).with("transport = epoll");

            assertThatThrownBy(() -> builder.startProcess(WITHOUT))
                    .hasMessageContaining("transport: \"epoll\": not available here: ")
                    .hasMessageContaining("(expected: auto)");
        }
    }
}
