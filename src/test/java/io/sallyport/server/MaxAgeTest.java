package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import org.junit.jupiter.api.Test;

/** How long a connection keeps what a reload has replaced. */
class MaxAgeTest {
    private static final String SHORT = "reload.max-age = 200ms";

    private int changes;

    @EachTlsVersion
    void aConnectionIsClosedSomeTimeAfterTheReloadThatReplacedWhatItBeganWith(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(SHORT).start();
                TlsClient before = TlsClient.connect(proxy, version)) {
            echo(before);
            reload(proxy);
            try (TlsClient after = TlsClient.connect(proxy, version)) {
                assertThat(before.end()).isEqualTo(StreamEnd.TRUNCATED);

                LogLine line = proxy.awaitConnectionLine();
                assertThat(line.text("reason")).isEqualTo("max_age");
                assertThat(line.text("closed_by")).isEqualTo("proxy");
                proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "max_age");
                echo(after);
            }
        }
    }

    @Test
    void aReloadThatChangesNothingMakesNobodyOld() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("reload.max-age = 1ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            echo(client);
            assertThat(proxy.reload()).isTrue();
            proxy.server().turn().join();
            echo(client);
            reload(proxy);

            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
        }
    }

    @Test
    void aReloadThatDoesNotConcernAConnectionMakesItNoOlder() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("reload.max-age = 1ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            proxy.edit(text -> "# A line more.\n" + text + "\nsallyport.log.level = warn\n");
            assertThat(proxy.reload()).isTrue();
            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "success");
            proxy.server().turn().join();
            echo(client);

            proxy.edit(text -> text + "\nsallyport.listeners.https.timeouts.idle = 1m\n");
            assertThat(proxy.reload()).isTrue();
            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
        }
    }

    @Test
    void theTimeIsThatOfTheNewestConfigurationCountedFromTheFirstReload() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("reload.max-age = 1h")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            reload(proxy);
            proxy.edit(text -> text.replace("max-age = 1h", "max-age = 0s"));
            reload(proxy);
            echo(client);
            proxy.edit(text -> text.replace("max-age = 0s", "max-age = 1ms"));
            reload(proxy);

            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("max_age");
        }
    }

    @Test
    void theConnectionsOfAListenerThatIsGoneAreClosedToo() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(SHORT, "listeners.plain { bind = \"127.0.0.1:0\", backend = app }")
                        .start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");

            proxy.edit(text -> text.replaceAll("listeners\\.plain .*", ""));
            reload(proxy);

            client.readAll();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("max_age");
        }
    }

    @Test
    void aClientThatSpeaksAfterTheReloadBeginsWithTheNew() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("reload.max-age = 2s")
                        .start();
                TlsClient old = TlsClient.connect(proxy);
                TlsClient late = TlsClient.open(proxy.address(), proxy.authority())) {
            proxy.awaitMetric(2, "sallyport_connections_active");
            reload(proxy);
            late.handshake();

            assertThat(old.end()).isEqualTo(StreamEnd.TRUNCATED);
            echo(late);
        }
    }

    @Test
    void aHandshakeThatNeverComesIsEndedAsOneThatTookTooLong() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(SHORT, "listeners.https.timeouts.handshake = 0s")
                        .start();
                TlsClient silent = TlsClient.open(proxy.address(), proxy.authority())) {
            proxy.awaitMetric(1, "sallyport_connections_active");
            reload(proxy);

            silent.tcpEnd();
            assertThat(proxy.awaitHandshakeFailure().text("detail"))
                    .isEqualTo("no whole ClientHello within reload.max-age");
        }
    }

    private static void echo(TlsClient client) {
        client.send("ping");
        assertThat(client.readText(4)).isEqualTo("ping");
    }

    /** With a change that nobody minds. */
    private void reload(RunningProxy proxy) {
        changes++;
        proxy.edit(text ->
                text.replaceFirst("\\n}\\s*$", "\nbackends.app.connect.timeout = " + (10 + changes) + "s\n}\n"));
        assertThat(proxy.reload()).isTrue();
    }
}
