package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.unix.DomainSocketAddress;
import io.sallyport.config.ConfigLoader;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.eventloop.Transport;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From which address connections to servers are made. That of the client needs more than loopback: TransparentIT. */
final class SourceTest {
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void connectionsAndChecksComeFromTheAddress(String transport) {
        try (FakeBackend backend = tellingWhoIsThere();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                PLAIN,
                                "transport = " + transport,
                                "backends.app.source = \"127.0.0.7\"",
                                "backends.app.health-check { type = tcp, interval = 100ms }")
                        .start();
                PlainClient client = PlainClient.connect(proxy.address("plain"))) {
            assertThat(client.readText(9)).isEqualTo("127.0.0.7");
            proxy.awaitMetric(1, "sallyport_backend_up", "backend", "app");
        }
    }

    /** It is a fault of this machine, and must not count as one of the servers. */
    @Test
    void anAddressOfNobodyIsToldAndTakesNoServerOut() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                PLAIN,
                                "backends.app.source = \"192.0.2.1\"",
                                "backends.app.passive-health { consecutive-failures = 1, ejection = 1h }",
                                "backends.app.health-check { type = tcp, interval = 100ms }")
                        .start()) {
            for (int i = 0; i < 3; i++) {
                try (PlainClient client = PlainClient.connect(proxy.address("plain"))) {
                    client.readAll();
                }
            }

            proxy.awaitMetric(3, "sallyport_backend_connect_failures_total", "reason", "source_unusable");
            assertThat(proxy.awaitConnectionLines(3).get(0).text("reason")).isEqualTo("backend_unreachable");
            assertThat(proxy.log().values("reason")).isNotEmpty().containsOnly("source_unusable");
            assertThat(proxy.metric("sallyport_backend_ejections_total")).isZero();
            assertThat(proxy.metric("sallyport_backend_up", "backend", "app")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "source = 10.0.0.1, servers = [\"[2001:db8::1]:80\"] | IPv4 both, or IPv6 both",
                "source = \"2001:db8::2\", servers = [\"10.0.0.2:80\"] | IPv4 both, or IPv6 both",
                "source = client, servers = [\"unix:/run/app.sock\"] | servers with host:port alone",
                "source = db.example, servers = [\"10.0.0.2:80\"] | an address of this machine, or client",
                "source = 0.0.0.0, servers = [\"10.0.0.2:80\"] | an address of this machine, or client",
                "source = 224.0.0.1, servers = [\"10.0.0.2:80\"] | an address of this machine, or client"
            })
    void badSourcesAreToldWithTheRule(String backend, String rule) {
        String text = "sallyport { listeners.plain { bind = \"127.0.0.1:0\", backend = app }, backends.app { " + backend
                + " } }";
        assertThatThrownBy(() -> ConfigLoader.load(text, "test", Path.of("/")))
                .hasMessageContaining("backends.app.source")
                .hasMessageContaining("expected: " + rule);
    }

    @Test
    void theClientsAddressTakesEpoll() {
        RunningProxy.Builder builder = RunningProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
                .with("transport = nio", "backends.app.source = client");
        assertThatThrownBy(builder::start)
                .hasMessageContaining("backends.app.source: \"client\": transport nio cannot (expected: epoll)");
        assertThat(SourceAddress.borrowingProblem(Transport.NIO)).isNotNull();
    }

    /** Where it does not, the socket would show an address of ours, which may be let in where the client is not. */
    @Test
    void aClientsAddressReachesItsOwnFamilyAlone() throws Exception {
        SourceAddress v4 = SourceAddress.of(tcp("192.0.2.1"));
        SourceAddress v6 = SourceAddress.of(tcp("2001:db8::1"));
        assertThat(v4.reaches(tcp("10.0.0.1"))).isTrue();
        assertThat(v4.reaches(tcp("127.0.0.1"))).isTrue();
        assertThat(v4.reaches(tcp("2001:db8::2"))).isFalse();
        assertThat(v4.reaches(new DomainSocketAddress("/run/app.sock"))).isFalse();
        assertThat(v6.reaches(tcp("2001:db8::2"))).isTrue();
        assertThat(v6.reaches(tcp("10.0.0.1"))).isFalse();

        SourceAddress loopback = SourceAddress.of(tcp("127.0.0.5"));
        assertThat(loopback.reaches(tcp("127.0.0.1"))).isTrue();
        assertThat(loopback.reaches(tcp("10.0.0.1"))).isFalse();
    }

    @Test
    void aClientWithoutAnAddressReachesNobody() throws Exception {
        for (SocketAddress client :
                new SocketAddress[] {null, new DomainSocketAddress(""), tcp("0.0.0.0"), tcp("::"), tcp("224.0.0.1")}) {
            assertThat(SourceAddress.of(client).reaches(tcp("10.0.0.1")))
                    .as(String.valueOf(client))
                    .isFalse();
            assertThat(SourceAddress.of(client).reaches(tcp("2001:db8::2"))).isFalse();
        }
    }

    private static InetSocketAddress tcp(String address) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(address), 80);
    }

    private static FakeBackend tellingWhoIsThere() {
        return FakeBackend.running(socket -> {
            socket.getOutputStream()
                    .write(socket.getInetAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        });
    }
}
