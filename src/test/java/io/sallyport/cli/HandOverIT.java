package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.HandshakeLoad;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes on one port: the new one starts, the old one is ended, and nobody is refused. {@code -Dsallyport.handovers}
 * is how often.
 */
class HandOverIT {
    private static final int HAND_OVERS = Integer.getInteger("sallyport.handovers", 5);
    private static final int AT_ONCE = 8;
    private static final int EACH = 200;

    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");

    @TempDir
    Path directory;

    @Test
    void nobodyIsRefusedWhenAPortGoesFromProcessToProcessUnderLoad() throws Exception {
        SallyportProcess serving = null;
        try (FakeBackend backend = FakeBackend.echo()) {
            serving = start(backend, 0);
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port(serving));
            AtomicInteger conversations = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> talker = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    converse(address);
                    conversations.incrementAndGet();
                }
            });
            try (HandshakeLoad load = HandshakeLoad.on(address, AT_ONCE, ROOT.certificate())) {
                for (int i = 0; i < HAND_OVERS; i++) {
                    awaitMore(load, talker);
                    SallyportProcess next = start(backend, address.getPort());
                    next.awaitLine("the port is shared with another process");
                    port(next);
                    awaitMore(load, talker);
                    serving.signal("TERM");
                    assertThat(serving.exitCode()).isZero();
                    serving.close();
                    serving = next;
                }
                awaitMore(load, talker);
                load.stop();
                over.set(true);
                talker.orTimeout(60, TimeUnit.SECONDS).join();
                System.out.printf(
                        "%d hand-overs, %d handshakes and %d conversations, %d failed%n",
                        HAND_OVERS,
                        load.done(),
                        conversations.get(),
                        load.failures().size());
                assertThat(load.failures()).isEmpty();
            } finally {
                over.set(true);
            }
            serving.signal("TERM");
            assertThat(serving.exitCode()).isZero();
        } finally {
            if (serving != null) {
                serving.close();
            }
        }
    }

    private static void awaitMore(HandshakeLoad load, CompletableFuture<Void> talker) {
        int wanted = load.done() + EACH;
        await("more handshakes")
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> load.done() >= wanted || !load.failures().isEmpty() || talker.isDone());
        assertThat(load.failures()).isEmpty();
        assertThat(talker).isNotCompletedExceptionally();
    }

    private static void converse(InetSocketAddress address) {
        try (TlsClient client = TlsClient.open(address, ROOT, TlsClient.TLS_1_3)) {
            client.handshake();
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }

    private static int port(SallyportProcess process) {
        return Integer.parseInt(process.awaitLine("\"message\":\"listening\".*127\\.0\\.0\\.1:(\\d+)"));
    }

    private SallyportProcess start(FakeBackend backend, int port) throws IOException {
        ROOT.server("localhost").issue().writePem(directory, "server");
        Path file = Files.writeString(directory.resolve("sallyport.conf"), """
                sallyport {
                  listeners.https {
                    bind = "127.0.0.1:%d", backend = app
                    tls.certificates = [{ chain = "server.crt", key = "server.key" }]
                  }
                  backends.app.servers = ["127.0.0.1:%d"]
                  admin.bind = ""
                  access-log.target = none
                  reload { watch = off, poll = 0s }
                }
                """.formatted(
                        port, backend.address().getPort()));
        return SallyportProcess.start(directory, Map.of(), "run", "-c", file);
    }
}
