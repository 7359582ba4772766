package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.ProxyUnderTest;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code limits.connections-per-source} and {@code limits.handshake-rate-per-source}, with one acceptor and with two. */
class SourceLimitTest {

    /** A TCP connection from one of the loopback addresses. */
    private static Socket open(InetSocketAddress to, String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.setSoTimeout(10_000);
        socket.connect(to, 10_000);
        return socket;
    }

    private static boolean isReset(InetSocketAddress to, String from) throws IOException {
        try (Socket socket = open(to, from)) {
            return isReset(socket);
        } catch (SocketException e) {
            return true; // The reset was faster than the connect.
        }
    }

    private static boolean isReset(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void sourceWithTooManyConnectionsIsResetAndNoOther(int loops) throws Exception {
        List<Socket> others = new ArrayList<>();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("event-loops = " + loops, "listeners.https.limits.connections-per-source = 2")
                        .start();
                TlsClient first = TlsClient.connect(proxy);
                TlsClient second = TlsClient.connect(proxy)) {
            for (int i = 0; i < 5; i++) {
                assertThat(isReset(proxy.address(), "127.0.0.1")).isTrue();
            }
            proxy.awaitMetric(5, "sallyport_limit_rejections_total", "limit", "connections_per_source");
            assertThat(proxy.log().values("limit")).contains("connections_per_source");
            for (int i = 2; i < 6; i++) {
                others.add(open(proxy.address(), "127.0.0." + i));
            }
            proxy.awaitMetric(6, "sallyport_connections_active");

            second.sendCloseNotify();
            second.end();
            proxy.awaitMetric(5, "sallyport_connections_active");
            try (TlsClient third = TlsClient.connect(proxy)) {
                third.send("pong");
                assertThat(third.readText(4)).isEqualTo("pong");
            }
            first.send("ping");
            assertThat(first.readText(4)).isEqualTo("ping");
            assertThat(backend.accepted()).isEqualTo(3);
            for (Socket other : others) {
                other.close();
            }
        }
    }

    @Test
    void ipv6NetworkIsOneSource() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https { bind = \"[::1]:0\", limits.connections-per-source = 1 }")
                        .start();
                Socket only = open(proxy.address(), "::1")) {
            proxy.awaitMetric(1, "sallyport_connections_active");
            assertThat(isReset(proxy.address(), "::1")).isTrue();
            assertThat(only.isConnected()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void sourceThatConnectsTooOftenIsResetForAWhileAndNoOther(int loops) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("event-loops = " + loops, "listeners.https.limits.handshake-rate-per-source = 1")
                        .start()) {
            await("two connections of one source in one second")
                    .until(() -> openAndClose(proxy, "127.0.0.1") + openAndClose(proxy, "127.0.0.1") < 2);
            assertThat(proxy.metric("sallyport_limit_rejections_total", "limit", "handshake_rate_per_source"))
                    .isGreaterThan(0);
            assertThat(proxy.log().values("limit")).contains("handshake_rate_per_source");
            assertThat(openAndClose(proxy, "127.0.0.2")).isEqualTo(1);
            await("the next second").until(() -> openAndClose(proxy, "127.0.0.1") == 1);
        }
    }

    /** 1 when it was let in. */
    private static int openAndClose(ProxyUnderTest proxy, String from) throws IOException {
        double before = proxy.metric("sallyport_connections_closed_total", "reason", "bare_probe");
        try (Socket socket = open(proxy.address(), from)) {
            socket.shutdownOutput();
            if (isReset(socket)) {
                return 0;
            }
        } catch (SocketException e) {
            return 0;
        }
        proxy.awaitMetric(before + 1, "sallyport_connections_closed_total", "reason", "bare_probe");
        return 1;
    }

    @Test
    void sourceIsTheOneInTheHeaderOfATrustedPeer() throws Exception {
        byte[] one = "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] other = "PROXY TCP4 192.0.2.2 198.51.100.2 8080 443\r\n".getBytes(StandardCharsets.US_ASCII);
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https { proxy-protocol { accept = on, trusted = [\"127.0.0.0/8\"] },"
                                + " limits.connections-per-source = 1 }")
                        .start();
                TlsClient first = TlsClient.open(proxy.address(), proxy.authority());
                TlsClient second = TlsClient.open(proxy.address(), proxy.authority())) {
            first.sendRaw(one);
            first.handshake();
            second.sendRaw(other);
            second.handshake();
            try (TlsClient third = TlsClient.open(proxy.address(), proxy.authority())) {
                third.sendRaw(one);
                assertThat(third.tcpEnd()).isEqualTo(Received.End.RESET);
            }
            proxy.awaitMetric(1, "sallyport_limit_rejections_total", "limit", "connections_per_source");
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("overload");

            first.sendCloseNotify();
            first.end();
            proxy.awaitMetric(1, "sallyport_connections_active");
            try (TlsClient fourth = TlsClient.open(proxy.address(), proxy.authority())) {
                fourth.sendRaw(one);
                fourth.handshake();
                fourth.send("ping");
                assertThat(fourth.readText(4)).isEqualTo("ping");
            }
        }
    }

    @Test
    void reloadChangesTheLimitOfThoseWhoAreConnected() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.limits.connections-per-source = 1")
                        .start();
                TlsClient first = TlsClient.connect(proxy)) {
            assertThat(isReset(proxy.address(), "127.0.0.1")).isTrue();
            proxy.edit(text -> text.replace("per-source = 1", "per-source = 2"));
            assertThat(proxy.reload()).isTrue();

            try (TlsClient second = TlsClient.connect(proxy)) {
                assertThat(isReset(proxy.address(), "127.0.0.1")).isTrue();
                second.send("ping");
                assertThat(second.readText(4)).isEqualTo("ping");
            }
            first.send("ping");
            assertThat(first.readText(4)).isEqualTo("ping");
        }
    }
}
