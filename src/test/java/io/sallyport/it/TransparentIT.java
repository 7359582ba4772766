package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.NetUtil;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.NetworkNamespace;
import io.sallyport.testing.PostgresqlServer;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.UnixSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that see a client's own address: a client, Sallyport and a server in three network namespaces. */
final class TransparentIT {
    private static final String LOG = "connection received: host=%s port=";

    /** Connects to two servers through the proxy until there are no ports left, and says what it has seen. */
    private static final String PORTS = """
            import socket, threading, time, urllib.request
            def serve(listening):
                kept = []
                while True:
                    connection, client = listening.accept()
                    kept.append(connection)
                    connection.sendall(b'%d ' % client[1])
            for port in (9001, 9002):
                threading.Thread(target=serve, args=[socket.create_server(('127.0.0.1', port))], daemon=True).start()
            def client(port, number):
                while True:
                    try:
                        # A port of its own is below the range, and leaves that to the proxy.
                        result = socket.create_connection(('127.0.0.1', port), 20, ('127.0.0.1', 30000 + number))
                        return result
                    except ConnectionRefusedError:
                        time.sleep(0.1)
            kept, seen = [], []
            for port in (7001, 7002):
                ports = set()
                for number in range(12):
                    kept.append(client(port, (port - 7000) * 100 + number))
                    answer = kept[-1].recv(30)
                    if answer:
                        ports.add(int(answer))
                seen.append(ports)
            print('some and the same' if seen[0] and seen[0] == seen[1] else seen)
            metrics = urllib.request.urlopen('http://127.0.0.1:9901/metrics').read().decode()
            told = [line for line in metrics.splitlines() if 'no_free_port' in line and not line.endswith(' 0.0')]
            print('no_free_port of both' if len(told) == 2 else told)
            """;

    private static final InetAddress SIX = NetUtil.createInetAddressFromIpAddressString("::1");
    private static final String FAILURES = "sallyport_backend_connect_failures_total";

    @SuppressWarnings("NullAway.Init") // before all
    private static NetworkNamespace clients;

    @SuppressWarnings("NullAway.Init") // before all
    private static NetworkNamespace servers;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        clients = NetworkNamespace.create();
        servers = NetworkNamespace.create();
        servers.bringAnswersHere();
    }

    @AfterAll
    static void stop() {
        servers.close();
        clients.close();
    }

    /** It lets in the client's address alone, and says who came. */
    @Test
    void postgresqlSeesTheClientAndHealthChecksComeFromHere() throws Exception {
        try (PostgresqlServer server = PostgresqlServer.plainAt(servers, clients.there());
                RunningProxy proxy = RunningProxy.to(server.address())
                        .with(
                                "listeners.https { bind = \"" + clients.here() + ":0\", starttls = postgresql }",
                                "backends.app { source = client, health-check { type = tcp, interval = 200ms } }")
                        .start()) {
            String seen = "select client_addr from pg_stat_activity where pid = pg_backend_pid()";

            for (int i = 0; i < 3; i++) {
                assertThat(psql(proxy, "sslmode=require", seen)).isEqualTo(clients.there() + "\n");
            }

            assertThat(server.log()).contains(LOG.formatted(clients.there()));
            proxy.awaitMetric(1, "sallyport_backend_up", "backend", "app");
            await().until(() -> server.log().contains(LOG.formatted(servers.here())));
            proxy.awaitMetric(0, FAILURES);
        }
    }

    /** What a trusted load balancer says counts, and what nobody can answer to is refused before the server hears of it. */
    @Test
    void theClientOfATrustedHeaderIsTheOneThatTheServerSees() throws Exception {
        try (FakeBackend backend = FakeBackend.running(TransparentIT::tellWhoIsThere);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.plain { bind = \"127.0.0.1:0\", backend = app }",
                                "listeners.plain.proxy-protocol { accept = on, trusted = [\"127.0.0.1\"] }",
                                "backends.app.source = client")
                        .start()) {
            assertThat(seenWith(proxy, "PROXY TCP4 127.0.0.66 127.0.0.1 1234 443\r\n"))
                    .isEqualTo("127.0.0.66");
            assertThat(seenWith(proxy, "PROXY TCP6 2001:db8::1 ::1 1234 443\r\n"))
                    .isEmpty();
            assertThat(seenWith(proxy, "PROXY TCP4 0.0.0.0 127.0.0.1 1234 443\r\n"))
                    .isEmpty();
            assertThat(seenWith(proxy, "PROXY UNKNOWN\r\n")).isEqualTo("127.0.0.1");
            proxy.awaitMetric(2, FAILURES, "reason", "source_unusable");
            assertThat(proxy.log().values("reason")).isNotEmpty().containsOnly("source_unusable");
        }
    }

    @Test
    void aServerOfIpv6SeesAClientOfIpv6AndAClientOnAUnixSocketIsRefused() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, SIX);
                RunningProxy proxy = RunningProxy.to((InetSocketAddress) server.getLocalSocketAddress())
                        .with(
                                "backends.app { servers = [\"[::1]:" + server.getLocalPort() + "\"], source = client }",
                                "listeners.six { bind = \"[::1]:0\", backend = app }",
                                "listeners.unix { bind = \"unix:app.sock\", backend = app }")
                        .start()) {
            try (Socket client = new Socket(SIX, proxy.address("six").getPort());
                    Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress()).isEqualTo(client.getLocalAddress());
            }
            assertThat(UnixSocket.exchange(proxy.directory().resolve("app.sock"), ""))
                    .isEmpty();
            proxy.awaitMetric(1, FAILURES, "reason", "source_unusable");
        }
    }

    @Test
    void withoutTheCapabilityTheConfigurationIsRefusedAndTheRuleTold() throws Exception {
        Path file = Files.writeString(folder.resolve("sallyport.conf"), """
                sallyport {
                  listeners.plain { bind = "127.0.0.1:0", backend = app }
                  backends.app { servers = ["127.0.0.1:1"], source = client }
                }
                """);

        assertThat(check(file, "cap_net_admin,cap_net_raw"))
                .contains("backends.app.source: \"client\": this process may not use addresses that are not its own")
                .contains("expected: CAP_NET_ADMIN or CAP_NET_RAW");
        assertThat(check(file, "cap_net_admin")).doesNotContain("backends.app.source");
    }

    /** The kernel takes the port when the server is known, so that each server has all of them; and it is told when none is left. */
    @Test
    void portsServeConnectionsToEachServerAndTheirEndIsTold() throws Exception {
        Path file = Files.writeString(folder.resolve("ports.conf"), """
                sallyport {
                  listeners.a { bind = "127.0.0.1:7001", backend = a }
                  listeners.b { bind = "127.0.0.1:7002", backend = b }
                  backends.a { servers = ["127.0.0.1:9001"], source = "127.0.0.7", connect.retries = 0 }
                  backends.b { servers = ["127.0.0.1:9002"], source = "127.0.0.7", connect.retries = 0 }
                  admin.bind = "127.0.0.1:9901"
                  access-log.target = none
                }
                """);
        try (NetworkNamespace few = NetworkNamespace.create()) {
            few.portsThere(40000, 40007);
            Process proxy = new ProcessBuilder(few.there(program("run", file)))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("ports.log").toFile())
                    .start();
            try {
                Process clients = few.python(PORTS);
                assertThat(clients.inputReader().lines()).containsExactly("some and the same", "no_free_port of both");
            } finally {
                proxy.destroy();
                proxy.waitFor();
            }
        }
    }

    /** What {@code check} says without these capabilities. */
    private static String check(Path file, String without) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("/usr/sbin/capsh", "--drop=" + without, "--", "-c", "exec \"$@\"", "sh"));
        command.addAll(program("check", file));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static List<String> program(String command, Path file) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sallyport.cli.Main",
                command,
                "-c",
                file.toString());
    }

    private String psql(RunningProxy proxy, String connection, String query) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(clients.there(List.of(
                        "psql",
                        "-XAtq",
                        "-d",
                        connection + " user=postgres dbname=postgres connect_timeout=10 host=" + clients.here()
                                + " port=" + proxy.address().getPort(),
                        "-c",
                        query)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static String seenWith(RunningProxy proxy, String header) throws IOException {
        InetSocketAddress address = proxy.address("plain");
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write(header.getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static void tellWhoIsThere(Socket socket) throws IOException {
        socket.getOutputStream().write(socket.getInetAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII));
    }
}
