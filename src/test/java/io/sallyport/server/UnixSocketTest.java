package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import io.sallyport.testing.UnixSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unix-domain sockets on both sides. */
final class UnixSocketTest {
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    @TempDir
    private Path elsewhere;

    @Test
    void aServerOnAUnixSocketIsSpokenToAndNamedByItsPath() throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(NOWHERE);
        Path socket = builder.directory().resolve("app.sock");
        try (ServerSocketChannel backend = UnixSocket.echoing(socket, "hi ");
                RunningProxy proxy = builder.with("backends.app.servers = [\"unix:app.sock\"]")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            assertThat(backend.isOpen()).isTrue();
            client.send("there");
            client.sendCloseNotify();

            assertThat(client.readText(8)).isEqualTo("hi there");
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("server")).isEqualTo("unix:" + socket);
            assertThat(proxy.metric("sallyport_backend_connections_active", "server", "unix:" + socket))
                    .isZero();
        }
    }

    @Test
    void aUnixSocketThatNobodyHasBoundIsRefusedAndTheNextServerTried() throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(NOWHERE);
        try (FakeBackend next = FakeBackend.echo();
                RunningProxy proxy = builder.with("backends.app.servers = [\"unix:none.sock\","
                                + " { address = \"127.0.0.1:" + next.address().getPort() + "\", backup = on }]")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");

            assertThat(client.readText(4)).isEqualTo("ping");
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "refused");
        }
    }

    @Test
    void clientsOnAUnixSocketAreServed() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = listening(backend).start()) {
            Path socket = proxy.directory().resolve("in.sock");
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String text = "text " + i;
                answers.add(CompletableFuture.supplyAsync(() -> UnixSocket.exchange(socket, text)));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(answers.get(i).join()).isEqualTo("text " + i);
            }
            assertThat(proxy.awaitConnectionLines(20)).allSatisfy(line -> {
                assertThat(line.text("client")).startsWith("unix:");
                assertThat(line.text("reason")).isEqualTo("client_closed");
            });
            assertThat(proxy.get("/status").body()).contains("\"unix:" + socket + "\"");
        }
    }

    @Test
    void theLimitHoldsOnAUnixSocketToo() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = listening(backend)
                        .with("listeners.local.limits { connections = 1, when-full = reject }")
                        .start();
                var first = java.nio.channels.SocketChannel.open(
                        java.net.UnixDomainSocketAddress.of(proxy.directory().resolve("in.sock")))) {
            backend.awaitOpen(1);
            try (var second = java.nio.channels.SocketChannel.open(
                    java.net.UnixDomainSocketAddress.of(proxy.directory().resolve("in.sock")))) {
                assertThat(second.read(java.nio.ByteBuffer.allocate(1))).isEqualTo(-1);
            }
            proxy.awaitMetric(1, "sallyport_limit_rejections_total", "listener", "local");
            first.close();
            backend.awaitOpen(0);
            proxy.awaitMetric(0, "sallyport_connections_active");
            assertThat(UnixSocket.exchange(proxy.directory().resolve("in.sock"), "x"))
                    .isEqualTo("x");
        }
    }

    @Test
    void theFileIsRemovedAtTheEnd() throws Exception {
        Path socket;
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy proxy = listening(backend).start();
            socket = proxy.directory().resolve("in.sock");
            assertThat(socket).exists();
            assertThat(Files.exists(Path.of(socket + ".new"))).isFalse();
            proxy.drain().join();
            assertThat(socket).doesNotExist();
            proxy.close();
        }
    }

    @Test
    void aFileThatAnotherProcessPutInOurPlaceIsLeftAlone() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = listening(backend).start()) {
            Path socket = proxy.directory().resolve("in.sock");
            Files.delete(socket);
            try (ServerSocketChannel other = UnixSocket.listening(socket)) {
                assertThat(other.isOpen()).isTrue();
                proxy.drain().join();
                assertThat(socket).exists();
            }
        }
    }

    @Test
    void aLeftOverFileThatNobodyListensOnIsReplaced() throws Exception {
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder = listening(backend);
            Path socket = builder.directory().resolve("in.sock");
            UnixSocket.listening(socket).close();
            assertThat(socket).exists();

            try (RunningProxy proxy = builder.start()) {
                assertThat(UnixSocket.exchange(socket, "x")).isEqualTo("x");
                assertThat(proxy.server().addresses()).containsKey("local");
            }
        }
    }

    @Test
    void aFileThatSomebodyListensOnIsNotTaken() throws Exception {
        assertRefused("somebody listens on it", socket -> UnixSocket.listening(socket));
    }

    @Test
    void aFileThatIsNoSocketIsNotTaken() throws Exception {
        assertRefused("a file that is no socket is in the place", socket -> {
            Files.writeString(socket, "precious");
            return () -> assertThat(socket).hasContent("precious");
        });
    }

    @FunctionalInterface
    private interface Obstacle {
        AutoCloseable put(Path socket) throws IOException;
    }

    private void assertRefused(String words, Obstacle obstacle) throws Exception {
        try (FakeBackend backend = FakeBackend.echo()) {
            Path socket = elsewhere.resolve("in.sock");
            RunningProxy.Builder builder = RunningProxy.to(backend.address())
                    .with("listeners.local { bind = \"unix:" + socket + "\", backend = app }");
            try (AutoCloseable there = obstacle.put(socket)) {
                assertThat(there).isNotNull();
                assertThatThrownBy(builder::start)
                        .hasMessageContaining("listeners.local.bind: \"unix:" + socket + "\": " + words);
            }
        }
    }

    @Test
    void aReloadMovesAListenerFromAPortToASocketAndBack() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = listening(backend).start()) {
            Path socket = proxy.directory().resolve("in.sock");
            proxy.edit(text -> text.replace("bind = \"unix:in.sock\"", "bind = \"127.0.0.1:0\""));
            assertThat(proxy.reload()).isTrue();
            assertThat(socket).doesNotExist();
            try (PlainClient client = PlainClient.connect(proxy.address("local"))) {
                client.send("x");
                assertThat(client.readText(1)).isEqualTo("x");
            }

            proxy.edit(text ->
                    text.replace("bind = \"127.0.0.1:0\", backend = app", "bind = \"unix:in.sock\", backend = app"));
            assertThat(proxy.reload()).isTrue();
            assertThat(UnixSocket.exchange(socket, "x")).isEqualTo("x");
        }
    }

    private static RunningProxy.Builder listening(FakeBackend backend) {
        return RunningProxy.to(backend.address()).with("listeners.local { bind = \"unix:in.sock\", backend = app }");
    }
}
