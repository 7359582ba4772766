package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The log level of a process, changed while it runs, as seen on its standard output. */
final class LogLevelIT {

    @Test
    void debugIsToldForAWhileAndThenNoMore() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcess("-XX:+UseSerialGC")) {
            connect(proxy);
            assertThat(proxy.logLines("accepted")).isEmpty();

            assertThat(post(proxy, "/log-level?level=debug&for=1h")).isEqualTo(200);
            assertThat(level(proxy).text("log_level.now")).isEqualTo("debug");
            connect(proxy);
            await().until(() -> proxy.logLines("connected to the backend").size() == 1);
            assertThat(proxy.logLines("accepted"))
                    .singleElement()
                    .satisfies(line -> assertThat(line.text("connection"))
                            .isEqualTo(proxy.awaitConnectionLines(2).get(1).text("connection")));

            assertThat(post(proxy, "/log-level?level=debug&for=1s")).isEqualTo(200);
            await().until(() -> level(proxy).text("log_level.now").equals("info"));
            assertThat(level(proxy).has("log_level.until")).isFalse();
            connect(proxy);
            proxy.awaitConnectionLines(3);
            assertThat(proxy.logLines("accepted")).hasSize(1);
            assertThat(proxy.logLines("the log level changes")).isNotEmpty();
        }
    }

    @Test
    void aReloadChangesIt() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                ChildProxy proxy = RunningProxy.to(backend.address()).startProcess("-XX:+UseSerialGC")) {
            configure(proxy, "sallyport.log.level = debug");
            connect(proxy);
            await().until(() -> proxy.logLines("accepted").size() == 1);

            configure(proxy, "sallyport.log.level = warn");
            connect(proxy);
            proxy.awaitConnectionLines(2);
            assertThat(proxy.logLines("accepted")).hasSize(1);
            assertThat(level(proxy).text("log_level.configured")).isEqualTo("warn");
        }
    }

    private static void configure(ChildProxy proxy, String setting) throws IOException, InterruptedException {
        Path file = proxy.directory().resolve("sallyport.conf");
        double before = proxy.metric("sallyport_reloads_total", "result", "success");
        Files.writeString(file, Files.readString(file) + setting + "\n");
        assertThat(post(proxy, "/reload")).isEqualTo(202);
        proxy.awaitMetric(before + 1, "sallyport_reloads_total", "result", "success");
    }

    private static void connect(ChildProxy proxy) {
        try (TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
        }
        proxy.awaitIdle();
    }

    private static LogLine level(ChildProxy proxy) {
        return LogLine.parse(proxy.get("/status").body());
    }

    private static int post(ChildProxy proxy, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + proxy.adminAddress().getPort() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return ChildProxy.HTTP
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
