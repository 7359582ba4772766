package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.Daemon;
import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers in front of clients: who may send them, who must, and what becomes of those that are not in order. */
class ProxyProtocolAcceptTest {
    private static final String TRUSTED = "listeners.https.proxy-protocol { accept = on, trusted = [\"127.0.0.0/8\"] }";
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final byte[] V1 = ascii("PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n");
    private static final byte[] V2 = hex(SIGNATURE + "21210024" + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002" + "1f90" + "01bb");
    private static final byte[] LOCAL = hex(SIGNATURE + "20000000");

    private final FakeBackend backend = FakeBackend.echo();

    @AfterEach
    void close() {
        backend.close();
    }

    private RunningProxy start(String... settings) {
        return RunningProxy.to(backend.address()).with(settings).start();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static TlsClient open(RunningProxy proxy, String... versions) {
        return TlsClient.open(proxy.address(), proxy.authority(), versions);
    }

    private static void assertServed(TlsClient client) {
        client.handshake();
        client.send("ping");
        assertThat(client.readText(4)).isEqualTo("ping");
    }

    private static String local(TlsClient client) {
        return "127.0.0.1:" + client.socket().getLocalPort();
    }

    private void assertRefused(RunningProxy proxy, String reason, String detail) {
        LogLine failure = proxy.awaitHandshakeFailure();
        assertThat(failure.text("reason")).isEqualTo(reason);
        assertThat(failure.text("detail")).contains(detail);
        assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
        proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", reason);
        assertThat(backend.accepted()).isZero();
    }

    private static void assertClosedWithoutAWord(TlsClient client) throws IOException {
        assertThat(client.socket().getInputStream().readAllBytes()).isEmpty();
    }

    // ---- trusted peers

    @EachTlsVersion
    void theLogNamesTheClientOfTheHeaderAndWhoSentIt(String version) {
        try (RunningProxy proxy = start(TRUSTED)) {
            String peer;
            try (TlsClient client = open(proxy, version)) {
                peer = local(client);
                client.sendRaw(V1);
                assertServed(client);
            }
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("client")).isEqualTo("192.0.2.1:8080");
            assertThat(line.text("proxied_by")).isEqualTo(peer);
        }
    }

    @EachTlsVersion
    void headerAndClientHelloInOneSegmentAreServed(String version) {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy, version)) {
                client.sendRaw(join(V2, client.clientHello()));
                assertServed(client);
            }
            assertThat(proxy.awaitConnectionLine().text("client")).isEqualTo("[2001:db8::1]:8080");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void headerAndClientHelloByteByByteAreServed(boolean text) {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                for (byte one : join(text ? V1 : V2, client.clientHello())) {
                    client.sendRaw(new byte[] {one});
                }
                assertServed(client);
            }
            assertThat(proxy.awaitConnectionLine().text("client")).endsWith(":8080");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SIGNATURE + "20000000", "50524f585920554e4b4e4f574e0d0a"})
    void localAndUnknownKeepTheAddressOfTheSocket(String header) {
        try (RunningProxy proxy = start(TRUSTED)) {
            String peer;
            try (TlsClient client = open(proxy)) {
                peer = local(client);
                client.sendRaw(join(hex(header), client.clientHello()));
                assertServed(client);
            }
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("client")).isEqualTo(peer);
            assertThat(line.has("proxied_by")).isFalse();
        }
    }

    @Test
    void clientOnAUnixSocketOfTheTrustedProxyIsNamedByItsPath() {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                byte[] path = Arrays.copyOf(ascii("/run/app"), 108);
                client.sendRaw(join(hex(SIGNATURE + "213100d8"), path, new byte[108]));
                assertServed(client);
            }
            assertThat(proxy.awaitConnectionLine().text("client")).isEqualTo("unix:/run/app");
        }
    }

    /** As load balancers do, by the thousand. */
    @Test
    void healthCheckWithAHeaderIsABareProbe() throws IOException {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                client.sendRaw(LOCAL);
                client.sendFin();
                assertClosedWithoutAWord(client);
            }
            proxy.awaitMetric(1, "sallyport_connections_closed_total", "reason", "bare_probe");
            assertThat(proxy.accessLines()).isEmpty();
        }
    }

    @Test
    void networksHoldForClientsOfADualStackSocketToo() {
        try (RunningProxy proxy = start(TRUSTED, "listeners.https.bind = \"[::]:0\"")) {
            InetSocketAddress v4 = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), proxy.address().getPort());
            try (TlsClient client = TlsClient.open(v4, proxy.authority())) {
                client.sendRaw(V1);
                assertServed(client);
            }
            assertThat(proxy.awaitConnectionLine().text("client")).isEqualTo("192.0.2.1:8080");
        }
    }

    // ---- headers that are not in order

    @Test
    void trustedPeerWithoutAHeaderIsRefused() throws IOException {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                client.sendRaw(client.clientHello());
                assertClosedWithoutAWord(client);
            }
            assertRefused(proxy, "proxy_header_missing", "first bytes 1603");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2144000cc0000201c63364021f9001bb", // no such family
                "2111000bc0000201c63364021f9001", // shorter than its addresses
                "2111ffff", // longer than any header
                "31110000", // no such version
                "21110010c0000201c63364021f9001bb02000561" // a TLV beyond the end
            })
    void binaryHeaderThatBreaksTheRulesIsRefusedAtOnce(String header) throws IOException {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                client.sendRaw(hex(SIGNATURE + header));
                assertClosedWithoutAWord(client);
            }
            assertRefused(proxy, "proxy_header_malformed", "");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY TCP4 192.0.2.1 198.51.100.2 8080 443 1\r\n", "PROXY TCP4 a b 1 2\r\n", "PROXY x\n"})
    void lineThatBreaksTheRulesIsRefusedAtOnce(String header) throws IOException {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                client.sendRaw(ascii(header));
                assertClosedWithoutAWord(client);
            }
            assertRefused(proxy, "proxy_header_malformed", "");
        }
    }

    @Test
    void lineWithoutEndIsRefusedAfter107Bytes() throws IOException {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                for (byte one : ascii("PROXY TCP4 " + "1".repeat(96))) {
                    client.sendRaw(new byte[] {one});
                }
                assertClosedWithoutAWord(client);
            }
            assertRefused(proxy, "proxy_header_malformed", "within 107 bytes");
        }
    }

    @Test
    void headerThatNeverEndsIsCutByTheHandshakeDeadline() throws IOException {
        try (RunningProxy proxy = start(TRUSTED, "listeners.https.timeouts.handshake = 300ms")) {
            try (TlsClient client = open(proxy)) {
                client.sendRaw(Arrays.copyOf(V2, 20));
                assertClosedWithoutAWord(client);
            }
            assertRefused(proxy, "timeout", "no whole PROXY protocol header within timeouts.handshake");
        }
    }

    @Test
    void theDeadlineCountsFromAcceptNotFromTheHeader() throws IOException {
        try (RunningProxy proxy = start(TRUSTED, "listeners.https.timeouts.handshake = 500ms")) {
            try (TlsClient client = open(proxy)) {
                client.sendRaw(V2);
                client.sendRaw(Arrays.copyOf(client.clientHello(), 50));
                assertClosedWithoutAWord(client);
            }
            assertRefused(proxy, "timeout", "no whole ClientHello within timeouts.handshake");
            assertThat(proxy.awaitHandshakeFailure().text("client")).isEqualTo("[2001:db8::1]:8080");
        }
    }

    @Test
    void peerThatLeavesInTheMiddleOfItsHeaderIsToldOf() {
        try (RunningProxy proxy = start(TRUSTED)) {
            try (TlsClient client = open(proxy)) {
                client.sendRaw(Arrays.copyOf(V1, 20));
            }
            assertRefused(proxy, "proxy_header_malformed", "TCP stream ended");
        }
    }

    @Test
    void hundredsOfBadHeadersLeaveNothingBehind() {
        byte[] noise = new Payload(21).bytes(1000);
        try (RunningProxy proxy = start(TRUSTED)) {
            for (int i = 0; i < 300; i++) {
                try (TlsClient client = open(proxy)) {
                    switch (i % 5) {
                        case 0 -> client.sendRaw(Arrays.copyOf(V2, i % V2.length));
                        case 1 -> client.sendRaw(join(V1, Arrays.copyOfRange(noise, i, i + 50)));
                        case 2 -> client.sendRaw(join(hex(SIGNATURE), Arrays.copyOfRange(noise, i, i + 200)));
                        case 3 -> client.sendRaw(Arrays.copyOfRange(noise, i, i + 200));
                        default -> client.reset();
                    }
                }
            }
            proxy.awaitMetric(0, "sallyport_connections_active");
        }
    }

    // ---- peers that are not trusted

    @Test
    void anybodyElseIsServedWithoutAHeader() {
        try (RunningProxy proxy = start(
                "listeners.https.proxy-protocol { accept = on, trusted = [\"192.0.2.0/24\", \"2001:db8::/32\"] }")) {
            String peer;
            try (TlsClient client = open(proxy)) {
                peer = local(client);
                assertServed(client);
            }
            assertThat(proxy.awaitConnectionLine().text("client")).isEqualTo(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void headerOfAnybodyElseIsNotBelieved(boolean text) throws IOException {
        try (RunningProxy proxy =
                start("listeners.https.proxy-protocol { accept = on, trusted = [\"192.0.2.0/24\"] }")) {
            String peer;
            try (TlsClient client = open(proxy)) {
                peer = local(client);
                client.sendRaw(join(text ? V1 : V2, client.clientHello()));
                client.socket().getInputStream().readAllBytes();
            }
            LogLine failure = proxy.awaitHandshakeFailure();
            assertThat(failure.text("client")).isEqualTo(peer);
            assertThat(failure.text("reason")).isEqualTo("unexpected_proxy_header");
            assertThat(failure.text("detail")).isEqualTo(text ? "PROXY_V1" : "PROXY_V2");
            assertThat(backend.accepted()).isZero();
        }
    }

    @Test
    void trustFollowsAReload() {
        try (RunningProxy proxy = start(TRUSTED)) {
            proxy.edit(text -> text.replace("127.0.0.0/8", "192.0.2.0/24"));
            assertThat(proxy.reload()).isTrue();
            try (TlsClient client = open(proxy)) {
                assertServed(client);
            }
            assertThat(proxy.awaitConnectionLine().has("proxied_by")).isFalse();
        }
    }

    // ---- senders of others

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"})
    void haproxySendsItsClients(String option) {
        try (RunningProxy proxy = start(TRUSTED);
                Daemon haproxy = Daemon.haproxy(proxy.directory(), port ->
                        """
                        listen in
                          bind 127.0.0.1:%d
                          unique-id-format %%ci
                          server s 127.0.0.1:%d %s
                        """.formatted(port, proxy.address().getPort(), option))) {
            assertTold(proxy, haproxy.address());
        }
    }

    @Test
    void haproxysHealthChecksAreBareProbes() {
        try (RunningProxy proxy = start(TRUSTED);
                Daemon haproxy = Daemon.haproxy(proxy.directory(), port ->
                        """
                        listen in
                          bind 127.0.0.1:%d
                          server s 127.0.0.1:%d send-proxy-v2 check check-send-proxy inter 20ms
                        """.formatted(port, proxy.address().getPort()))) {
            assertThat(haproxy.address().getPort()).isPositive();
            await().until(() -> proxy.metric("sallyport_connections_closed_total", "reason", "bare_probe") >= 3);
            assertThat(proxy.accessLines()).isEmpty();
        }
    }

    @Test
    void nginxSendsItsClients() {
        try (RunningProxy proxy = start(TRUSTED);
                Daemon nginx = Daemon.nginx(proxy.directory(), port ->
                        """
                        stream {
                          server {
                            listen 127.0.0.1:%d;
                            proxy_pass 127.0.0.1:%d;
                            proxy_protocol on;
                          }
                        }
                        """.formatted(port, proxy.address().getPort()))) {
            assertTold(proxy, nginx.address());
        }
    }

    private static void assertTold(RunningProxy proxy, InetSocketAddress through) {
        String peer;
        byte[] data = new Payload(22).bytes(300_000);
        try (TlsClient client = TlsClient.open(through, proxy.authority())) {
            peer = local(client);
            assertServed(client);
            Thread sender = new Thread(() -> client.send(data));
            sender.start();
            assertThat(client.read(data.length)).isEqualTo(data);
            sender.join();
            client.sendCloseNotify();
            assertThat(client.tcpEnd()).isEqualTo(Received.End.FIN);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        LogLine line = proxy.awaitConnectionLine();
        assertThat(line.text("client")).isEqualTo(peer);
        assertThat(line.text("proxied_by")).startsWith("127.0.0.1:").isNotEqualTo(peer);
    }

    @Test
    void curlSendsAHeaderOfItsOwn() throws Exception {
        try (FakeBackend http = FakeBackend.running(socket -> {
                    socket.getInputStream().read();
                    socket.getOutputStream().write(ascii("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                    FakeBackend.drain(socket);
                });
                RunningProxy proxy =
                        RunningProxy.to(http.address()).with(TRUSTED).start()) {
            Path trusted = proxy.authority().writePem(proxy.directory(), "root");
            Process curl = new ProcessBuilder(List.of(
                            "curl",
                            "--silent",
                            "--show-error",
                            "--fail",
                            "--max-time",
                            "20",
                            "--haproxy-protocol",
                            "--write-out",
                            " %{local_port}",
                            "--cacert",
                            trusted.toString(),
                            "https://127.0.0.1:" + proxy.address().getPort() + "/"))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();

            assertThat(output).startsWith("ok ");
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("client")).isEqualTo("127.0.0.1:" + output.substring(3));
            assertThat(line.text("proxied_by")).isEqualTo(line.text("client"));
        }
    }
}
