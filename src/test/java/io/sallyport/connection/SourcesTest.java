package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.Daemon;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.NamedBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import io.sallyport.testing.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sources}: who may connect, by address and by fingerprint, on listeners and routes. */
class SourcesTest {
    private static final String TRUSTED = "listeners.https.proxy-protocol { accept = on, trusted = [\"127.0.0.0/8\"] }";

    /** A PROXY protocol header of version 2 that leaves the address as it is: a health check of the sender. */
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");

    private final FakeBackend backend = FakeBackend.echo();

    @AfterEach
    void close() {
        backend.close();
    }

    private RunningProxy start(String... settings) {
        return RunningProxy.to(backend.address()).with(settings).start();
    }

    private static byte[] header(String client) {
        String family = client.contains(":") ? "TCP6 " + client + " ::1" : "TCP4 " + client + " 127.0.0.1";
        return ("PROXY " + family + " 4711 443\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static void assertServed(TlsClient client) {
        client.handshake();
        client.send("ping");
        assertThat(client.readText(4)).isEqualTo("ping");
    }

    private static void assertServed(RunningProxy proxy) {
        try (TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }

    private static void assertReset(RunningProxy proxy, String from) {
        try (PlainClient client = PlainClient.connectFrom(from, proxy.address())) {
            assertThat(client.readAll().end()).isEqualTo(Received.End.RESET);
        } catch (UncheckedIOException e) {
            // The reset was faster than the connect.
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private void assertToldOf(RunningProxy proxy, String cause) {
        LogLine line = proxy.awaitHandshakeFailure();
        assertThat(line.text("reason")).isEqualTo("source_denied");
        assertThat(line.text("cause")).contains(cause);
        assertThat(proxy.awaitLines("connection", backend.accepted() + 1))
                .anySatisfy(closed -> assertThat(closed.text("reason")).isEqualTo("source_denied"));
        proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "source_denied");
        proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "source_denied");
        assertThat(proxy.get("/handshakes?reason=source_denied").body()).contains(cause);
    }

    // ---- by address

    @Test
    void whoIsNotAllowedIsResetBeforeAnyTls() {
        try (RunningProxy proxy = start("listeners.https.sources.allow = [127.0.0.1]")) {
            assertReset(proxy, "127.0.0.2");
            assertToldOf(proxy, "127.0.0.2 is in nothing of sources.allow");
            assertServed(proxy);
        }
    }

    @Test
    void denyWins() {
        try (RunningProxy proxy =
                start("listeners.https.sources { allow = [\"127.0.0.0/8\"], deny = [\"127.0.0.2/31\"] }")) {
            assertReset(proxy, "127.0.0.3");
            assertToldOf(proxy, "127.0.0.3 is in 127.0.0.2/31 of sources.deny");
            assertServed(proxy);
        }
    }

    @Test
    void aListenerWithoutTlsHasItToo() {
        try (NamedBackend app = new NamedBackend("a");
                RunningProxy proxy = RunningProxy.to(app.address())
                        .with("listeners.plain { bind = \"127.0.0.1:0\", backend = app, sources.deny = [127.0.0.2] }")
                        .start()) {
            assertThat(PlainClient.nameBehind(proxy.address("plain"))).isEqualTo("a");
            try (PlainClient client = PlainClient.connectFrom("127.0.0.2", proxy.address("plain"))) {
                assertThat(client.readAll().end()).isEqualTo(Received.End.RESET);
            } catch (UncheckedIOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "listener", "plain", "reason", "source_denied");
        }
    }

    /** A greeting would tell a stranger what is here. */
    @Test
    void whoIsDeniedIsNotGreeted() {
        try (RunningProxy proxy = start("listeners.https { starttls = smtp, sources.deny = [127.0.0.2] }");
                PlainClient other = PlainClient.connect(proxy.address())) {
            assertThat(other.readText(3)).isEqualTo("220");
            try (PlainClient client = PlainClient.connectFrom("127.0.0.2", proxy.address())) {
                Received received = client.readAll();
                assertThat(received.bytes()).isZero();
                assertThat(received.end()).isEqualTo(Received.End.RESET);
            } catch (UncheckedIOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
    }

    // ---- behind a trusted proxy

    @Test
    void theAddressInTheHeaderCounts() {
        try (RunningProxy proxy =
                start(TRUSTED, "listeners.https.sources.allow = [\"192.0.2.0/24\", \"2001:db8::/32\"]")) {
            for (String let : List.of("192.0.2.1", "2001:db8::7", "::ffff:192.0.2.9")) {
                try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                    client.sendRaw(header(let));
                    assertServed(client);
                }
            }
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw(header("198.51.100.1"));
                assertThat(client.tcpEnd()).isEqualTo(Received.End.RESET);
            }
            LogLine line = proxy.awaitHandshakeFailure();
            assertThat(line.text("client")).isEqualTo("198.51.100.1:4711");
            assertThat(line.text("cause")).contains("198.51.100.1 is in nothing of sources.allow");
        }
    }

    /** Else a list of the clients would have to have the load balancer in it. */
    @Test
    void theProxysOwnAddressCountsForItsHealthChecksAlone() {
        try (RunningProxy proxy = start(TRUSTED, "listeners.https.sources.deny = [127.0.0.1]")) {
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw(header("192.0.2.1"));
                assertServed(client);
            }
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw(LOCAL);
                assertThat(client.tcpEnd()).isEqualTo(Received.End.RESET);
            }
            assertToldOf(proxy, "127.0.0.1 is in 127.0.0.1 of sources.deny");
        }
    }

    /** The same networks, the same clients, the same verdicts. */
    @Test
    void haproxyDecidesAlike() throws Exception {
        Random random = new Random(7);
        List<String> deny = new ArrayList<>();
        List<String> allow = new ArrayList<>(List.of("10.0.0.0/8", "2001:db8::/32"));
        for (int i = 0; i < 40; i++) {
            deny.add("10." + random.nextInt(4) + "." + random.nextInt(256) + ".0/24");
            deny.add("10." + random.nextInt(4) + ".7." + random.nextInt(256));
            deny.add("2001:db8:" + random.nextInt(8) + "::/48");
        }
        List<String> asked = new ArrayList<>(List.of("192.0.2.1", "2001:db9::1", "::ffff:10.200.0.1"));
        for (int i = 0; i < 60; i++) {
            asked.add("10." + random.nextInt(4) + "." + random.nextInt(256) + "." + random.nextInt(256));
            asked.add(member(deny.get(random.nextInt(deny.size())), i));
            asked.add("2001:db8:" + random.nextInt(16) + "::" + i);
        }
        try (NamedBackend app = new NamedBackend("a")) {
            RunningProxy.Builder builder = RunningProxy.to(app.address());
            Path denyFile = Files.write(builder.directory().resolve("deny.txt"), deny);
            Path allowFile = Files.write(builder.directory().resolve("allow.txt"), allow);
            try (RunningProxy proxy = builder.with("""
                            listeners.plain { bind = "127.0.0.1:0", backend = app
                              proxy-protocol { accept = on, trusted = ["127.0.0.0/8"] }
                              sources { allow = ["%s"], deny-file = deny.txt } }
                            """.formatted(String.join("\", \"", allow)))
                            .start();
                    Daemon haproxy = Daemon.haproxy(proxy.directory(), port -> """
                            listen in
                              bind 127.0.0.1:%d accept-proxy
                              tcp-request session reject if { src -f %s }
                              tcp-request session reject unless { src -f %s }
                              server s 127.0.0.1:%d
                            """.formatted(
                                    port, denyFile, allowFile, app.address().getPort()))) {
                int let = 0;
                for (String client : asked) {
                    boolean ours = isLet(proxy.address("plain"), client);
                    assertThat(ours).as(client).isEqualTo(isLet(haproxy.address(), client));
                    let += ours ? 1 : 0;
                }
                assertThat(let).isBetween(20, asked.size() - 20);
            }
        }
    }

    private static String member(String network, int number) {
        return network.replaceAll("\\.0/24", "." + number).replaceAll("::/48", "::" + number);
    }

    private static boolean isLet(InetSocketAddress proxy, String client) {
        try (PlainClient socket = PlainClient.connect(proxy)) {
            socket.send(new String(header(client), StandardCharsets.US_ASCII));
            return socket.readText(1).equals("a");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    // ---- unix-domain sockets

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPeerOnAUnixSocketIsAnEntryOfItsOwn(boolean allowed) throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        Path socket = builder.directory().resolve("in.sock");
        try (RunningProxy proxy = builder.with("listeners.local { bind = \"unix:in.sock\", backend = app,"
                        + " sources.allow = [\"" + (allowed ? "unix:" : "0.0.0.0/0") + "\"] }")
                .start()) {
            if (allowed) {
                assertThat(UnixSocket.exchange(socket, "ping")).isEqualTo("ping");
            } else {
                assertThatThrownBy(() -> assertThat(UnixSocket.exchange(socket, "ping"))
                                .as("the end of the stream")
                                .isEqualTo("ping"))
                        .isNotNull();
                proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "source_denied");
                assertThat(backend.accepted()).isZero();
            }
        }
    }

    // ---- by fingerprint

    @Test
    void aFingerprintIsDeniedBeforeTheHandshake() {
        try (RunningProxy proxy = start("listeners.https.sources.deny-ja4 = []")) {
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), TlsClient.TLS_1_3)) {
                client.handshake();
                client.sendCloseNotify();
                client.end();
            }
            String ja4 = proxy.awaitConnectionLine().text("ja4");
            proxy.edit(text -> text.replace("deny-ja4 = []", "deny-ja4 = [" + ja4 + "]"));
            assertThat(proxy.reload()).isTrue();

            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), TlsClient.TLS_1_3)) {
                client.sendRaw(client.clientHello());
                assertThat(client.tcpEnd()).isEqualTo(Received.End.RESET);
            }
            LogLine line = proxy.awaitHandshakeFailure();
            assertThat(line.text("reason")).isEqualTo("source_denied");
            assertThat(line.text("cause")).contains(ja4, "sources.deny-ja4");
            try (TlsClient other = TlsClient.open(proxy.address(), proxy.authority(), TlsClient.TLS_1_2)) {
                assertServed(other);
            }
        }
    }

    // ---- routes

    @Test
    void aRouteTakesItsSourcesAloneAndLeavesTheOthersToTheNext() {
        try (NamedBackend inside = new NamedBackend("i");
                NamedBackend outside = new NamedBackend("o");
                RunningProxy proxy = RunningProxy.to(outside.address())
                        .with(
                                TRUSTED,
                                "listeners.https.routes = [ { sources.allow = [\"10.0.0.0/8\"], backend = inside } ]",
                                "backends.inside.servers = [\"127.0.0.1:"
                                        + inside.address().getPort() + "\"]")
                        .start()) {
            assertThat(nameFor(proxy, "10.1.2.3")).isEqualTo("i");
            assertThat(nameFor(proxy, "192.0.2.1")).isEqualTo("o");
        }
    }

    private static String nameFor(RunningProxy proxy, String from) {
        try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendRaw(header(from));
            client.handshake();
            return client.readText(1);
        }
    }

    @Test
    void whomNoRouteTakesIsDeniedWhereNothingElseIs() {
        try (RunningProxy proxy = RunningProxy.to(backend.address())
                .with(
                        TRUSTED,
                        "listeners.https.backend = null",
                        "listeners.https.routes = [ {" + " sources.deny = [192.0.2.1], backend = app } ]")
                .start()) {
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw(header("192.0.2.2"));
                assertServed(client);
            }
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw(header("192.0.2.1"));
                client.sendRaw(client.clientHello());
                assertThat(client.tcpEnd()).isEqualTo(Received.End.RESET);
            }
            assertToldOf(proxy, "of its routes none takes it: 192.0.2.1 is in 192.0.2.1 of sources.deny");
        }
    }

    // ---- reload

    @Test
    void aFileThatChangesIsSeenAndABadOneLeavesTheListAsItWas() throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        Path file = Files.writeString(builder.directory().resolve("deny.txt"), "# nobody\n");
        try (RunningProxy proxy = builder.with("listeners.https.sources.deny-file = deny.txt", "reload.poll = 100ms")
                .start()) {
            assertServed(proxy);

            Files.writeString(file, "127.0.0.2\n127.0.0.1 # us\n");
            await("the new list").until(() -> isReset(proxy));
            Files.writeString(file, "127.0.0.2\n127.0.0.one\n");
            await("the bad list")
                    .untilAsserted(() -> assertThat(proxy.log().values("problem"))
                            .anyMatch(problem -> problem.contains("deny.txt:2: \"127.0.0.one\"")));
            assertThat(isReset(proxy)).isTrue();
            assertThat(proxy.metric("sallyport_reloads_total", "result", "failure"))
                    .isPositive();

            Files.writeString(file, "127.0.0.2\n");
            await("the last list").until(() -> !isReset(proxy));
            assertServed(proxy);
        }
    }

    private static boolean isReset(RunningProxy proxy) throws IOException {
        try (PlainClient client = PlainClient.connect(proxy.address())) {
            client.sendFin();
            return client.readAll().end() == Received.End.RESET;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    @Test
    void nobodyIsTakenForAnotherWhileTheListIsReloadedAgainAndAgain() throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        Path file = Files.writeString(builder.directory().resolve("deny.txt"), list(0));
        try (RunningProxy proxy =
                builder.with("listeners.https.sources.deny-file = deny.txt").start()) {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Integer> load = CompletableFuture.supplyAsync(() -> {
                int rounds = 0;
                while (!over.get() || rounds < 5) {
                    assertServed(proxy);
                    assertReset(proxy, "127.0.0.9");
                    rounds++;
                }
                return rounds;
            });
            for (int i = 1; i <= 10; i++) {
                Files.writeString(file, list(i));
                assertThat(proxy.reload()).isTrue();
            }
            over.set(true);
            int rounds = load.join();
            assertThat(rounds).isGreaterThanOrEqualTo(5);
            proxy.awaitMetric(rounds, "sallyport_connections_closed_total", "reason", "source_denied");
        }
    }

    /** 127.0.0.9, and thousands of others that are different each time. */
    private static String list(int seed) {
        StringBuilder text = new StringBuilder("127.0.0.9\n");
        for (int i = 0; i < 5000; i++) {
            text.append("20.")
                    .append(seed)
                    .append('.')
                    .append(i >> 8)
                    .append('.')
                    .append(i & 0xFF)
                    .append('\n');
        }
        return text.toString();
    }
}
