package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.NetworkNamespace;
import io.sallyport.testing.Payload;
import io.sallyport.testing.ProxyUnderTest;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Networks that lose packets, all of them too: what loopback never does. */
final class NetworkFaultIT {
    private static final String TIMED_OUT = "sallyport_backend_connect_failures_total";
    private static final long ENDLESS = 1L << 40;

    /** Longer than a busy machine takes for an answer. */
    private static final String IDLE = "4s";

    /** Greets, and sends back what it gets. */
    private static final String SERVER = """
            import socket, sys, threading
            def serve(connection):
                connection.sendall(b'away')
                while data := connection.recv(65536):
                    connection.sendall(data)
                connection.close()
            listening = socket.create_server((sys.argv[1], 0))
            print(listening.getsockname()[1])
            while True:
                threading.Thread(target=serve, args=[listening.accept()[0]], daemon=True).start()
            """;

    /** Asks for bytes, says when there are some, and at the end what they were. */
    private static final String CLIENT = """
            import hashlib, socket, ssl, sys
            tls = ssl._create_unverified_context()
            client = tls.wrap_socket(socket.create_connection((sys.argv[1], int(sys.argv[2]))))
            client.sendall(sys.argv[3].encode() + b'x' * int(sys.argv[4]))
            hash, count = hashlib.sha256(), 0
            while data := client.recv(65536):
                if count == 0:
                    print('begun')
                hash.update(data)
                count += len(data)
            print(count, hash.hexdigest())
            """;

    private NetworkNamespace away;

    @BeforeAll
    static void needNamespaces() {
        NetworkNamespace.create().close();
    }

    @BeforeEach
    void start() {
        away = NetworkNamespace.create();
    }

    @AfterEach
    void stop() {
        away.close();
    }

    @Test
    void whoMeetsAServerThatNeverAnswersIsServedByTheNextAndTheOthersDoNotMeetIt() throws Exception {
        try (FakeBackend here = greeting();
                RunningProxy proxy = RunningProxy.to(here.address())
                        .with(servers(here, startServer()))
                        .with("backends.app.connect { timeout = 300ms, retries = 1 }")
                        .with("backends.app.passive-health { consecutive-failures = 2, ejection = 1h }")
                        .start()) {
            assertThat(greetings(proxy, 4)).containsOnly("away", "here");

            away.loseAnswers();
            assertThat(greetings(proxy, 8)).containsOnly("here");

            proxy.awaitMetric(2, TIMED_OUT, "reason", "timeout");
            proxy.awaitMetric(1, "sallyport_backend_ejections_total");
            assertThat(proxy.metric("sallyport_connections_closed_total", "reason", "backend_unreachable"))
                    .isZero();
        }
    }

    @Test
    void healthChecksTakeAServerOutThatNeverAnswersAndBackWhenItDoes() throws Exception {
        InetSocketAddress server = startServer();
        String name = away.there() + ":" + server.getPort();
        try (FakeBackend here = greeting();
                RunningProxy proxy = RunningProxy.to(here.address())
                        .with(servers(here, server))
                        .with("backends.app.health-check { type = tcp, interval = 100ms, timeout = 300ms, fall = 2 }")
                        .start()) {
            proxy.awaitMetric(1, "sallyport_backend_up", "server", name);
            assertThat(greetings(proxy, 4)).containsOnly("away", "here");

            away.loseAnswers();
            proxy.awaitMetric(0, "sallyport_backend_up", "server", name);
            assertThat(greetings(proxy, 4)).containsOnly("here");
            assertThat(proxy.metric(TIMED_OUT)).isZero();

            away.loseNothing();
            proxy.awaitMetric(1, "sallyport_backend_up", "server", name);
            assertThat(greetings(proxy, 4)).containsOnly("away", "here");
        }
    }

    @Test
    void aServerWhoseLinkGoesAwayInTheMiddleLosesItsConnectionByIdleness() throws Exception {
        InetSocketAddress server = startServer();
        try (RunningProxy proxy = RunningProxy.to(server)
                        .with("listeners.https.timeouts.idle = " + IDLE)
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");
            assertThat(client.readText(8)).isEqualTo("awayping");

            away.linkDown();
            client.send("lost");

            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("idle_timeout");
            proxy.awaitIdle();
            away.linkUp();
            // For a moment the kernel still takes it for a neighbour that does not answer.
            await().untilAsserted(() -> assertThat(greetings(proxy, 1)).containsOnly("away"));
        }
    }

    @Test
    void aClientWhoseLinkGoesAwayInTheMiddleLosesItsConnectionByIdleness() throws Exception {
        Payload payload = new Payload(1);
        try (FakeBackend backend = FakeBackend.running(socket -> payload.writeTo(
                        socket.getOutputStream(), socket.getInputStream().read() == 'e' ? ENDLESS : 1000));
                RunningProxy proxy = farProxy(backend)
                        .with("listeners.https.timeouts.idle = " + IDLE)
                        .start()) {
            Process client = client(proxy, "e", 0);
            try (BufferedReader out = client.inputReader()) {
                assertThat(out.readLine()).isEqualTo("begun");

                away.linkDown();

                LogLine line = proxy.awaitConnectionLine();
                assertThat(line.text("reason")).isEqualTo("idle_timeout");
                proxy.awaitIdle();
                backend.awaitOpen(0);
            }
            away.linkUp();
            assertThat(answer(client(proxy, "s", 0))).isEqualTo("1000 " + payload.sha256(1000));
        }
    }

    @Test
    void aClientThatVanishesIsGivenUpAlthoughItsServerGoesOn() throws Exception {
        try (FakeBackend backend = FakeBackend.running(NetworkFaultIT::murmur);
                RunningProxy proxy = farProxy(backend)
                        .with("listeners.https.timeouts.idle = " + IDLE)
                        .start()) {
            try (BufferedReader out = client(proxy, "e", 0).inputReader()) {
                assertThat(out.readLine()).isEqualTo("begun");

                away.linkDown();

                assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_reset");
                proxy.awaitIdle();
                backend.awaitOpen(0);
            }
        }
    }

    @Test
    void aServerThatVanishesIsGivenUpAlthoughItsClientGoesOn() throws Exception {
        try (RunningProxy proxy = RunningProxy.to(startServer())
                        .with("listeners.https.timeouts.idle = " + IDLE)
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            assertThat(client.readText(4)).isEqualTo("away");

            away.linkDown();
            await().pollInterval(Duration.ofMillis(50))
                    .ignoreException(UncheckedIOException.class)
                    .until(() -> {
                        boolean closed = !proxy.accessLines().isEmpty();
                        if (!closed) {
                            client.send(".");
                        }
                        return closed;
                    });

            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_reset");
            assertThat(client.end()).isNotEqualTo(StreamEnd.CLEAN);
        }
    }

    @Test
    void everyByteArrivesOverALinkThatLosesAndDelays() throws Exception {
        Payload payload = new Payload(2);
        int upload = 1 << 20;
        long download = 4 << 20;
        away.loseSomeAndDelay();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    assertThat(socket.getInputStream().readNBytes(1 + upload)).hasSize(1 + upload);
                    payload.writeTo(socket.getOutputStream(), download);
                });
                RunningProxy proxy = farProxy(backend).start()) {
            assertThat(answer(client(proxy, "s", upload))).isEqualTo(download + " " + payload.sha256(download));

            assertThat(away.lost()).isPositive();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_closed");
        }
    }

    /** Says something ten times a second, whatever it hears, until the peer ends. */
    private static void murmur(Socket socket) throws IOException {
        socket.setSoTimeout(100);
        for (int heard = 0; heard >= 0; ) {
            try {
                heard = socket.getInputStream().read();
            } catch (SocketTimeoutException e) {
                socket.getOutputStream().write('.');
            }
        }
    }

    private static FakeBackend greeting() {
        return FakeBackend.running(socket -> {
            socket.getOutputStream().write("here".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        });
    }

    private static String servers(FakeBackend here, InetSocketAddress there) {
        return "backends.app.servers = [\"127.0.0.1:%d\", \"%s:%d\"]"
                .formatted(here.address().getPort(), there.getAddress().getHostAddress(), there.getPort());
    }

    /** What so many clients, one after the other, are greeted with. */
    private static Set<String> greetings(ProxyUnderTest proxy, int clients) {
        Set<String> result = new HashSet<>();
        for (int i = 0; i < clients; i++) {
            try (TlsClient client = TlsClient.connect(proxy)) {
                result.add(client.readText(4));
                client.sendCloseNotify();
                client.end();
            }
        }
        return result;
    }

    private InetSocketAddress startServer() throws IOException {
        String port = Objects.requireNonNull(
                away.python(SERVER, away.there()).inputReader().readLine());
        return new InetSocketAddress(away.thereAddress(), Integer.parseInt(port));
    }

    /** A proxy that the other end can reach. */
    private RunningProxy.Builder farProxy(FakeBackend backend) {
        return RunningProxy.to(backend.address()).with("listeners.https.bind = \"" + away.here() + ":0\"");
    }

    private Process client(RunningProxy proxy, String word, int upload) {
        return away.python(CLIENT, away.here(), proxy.address().getPort(), word, upload);
    }

    private static String answer(Process client) throws IOException {
        try (BufferedReader out = client.inputReader()) {
            assertThat(out.readLine()).isEqualTo("begun");
            return String.valueOf(out.readLine());
        }
    }
}
