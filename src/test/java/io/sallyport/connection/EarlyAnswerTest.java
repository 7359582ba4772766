package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TcpTable;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who says its last words and closes with what the other sends unread: the kernel sends a reset behind the words. */
class EarlyAnswerTest {
    private static final Payload ANSWER = new Payload(11);
    private static final byte[] LAST_WORDS = "that is enough".getBytes(StandardCharsets.UTF_8);

    private static RunningProxy proxy(FakeBackend backend, String transport, String path) {
        return RunningProxy.to(backend.address())
                .with("transport = " + transport, "listeners.https.tls.record-path = " + path)
                .start();
    }

    @ParameterizedTest
    @CsvSource({
        "epoll, direct, 200", "epoll, direct, 30000", "epoll, direct, 100000",
        "epoll, ssl-handler, 200", "epoll, ssl-handler, 30000", "epoll, ssl-handler, 100000",
        "nio, direct, 200", "nio, direct, 30000", "nio, direct, 100000",
        "nio, ssl-handler, 200", "nio, ssl-handler, 30000", "nio, ssl-handler, 100000"
    })
    void answerOfABackendThatClosesInTheMiddleOfTheUploadArrivesWhole(String transport, String path, int length) {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    awaitUnread(socket);
                    ANSWER.writeTo(socket.getOutputStream(), length);
                    TcpTable.awaitAcknowledged(socket);
                });
                RunningProxy proxy = proxy(backend, transport, path)) {
            for (int i = 0; i < 10; i++) {
                try (TlsClient client = TlsClient.connect(proxy)) {
                    CompletableFuture<Void> uploading = CompletableFuture.runAsync(() -> upload(client));

                    assertThat(client.read(length)).isEqualTo(ANSWER.bytes(length));
                    uploading.join();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"epoll, direct", "epoll, ssl-handler", "nio, direct", "nio, ssl-handler"})
    void clientThatReadsOnlyAfterItsUploadHasFailedGetsTheAnswer(String transport, String path) {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    awaitUnread(socket);
                    ANSWER.writeTo(socket.getOutputStream(), 30_000);
                    TcpTable.awaitAcknowledged(socket);
                    // The JDK's close sends a FIN before the reset, and the proxy may see it before.
                    socket.setSoLinger(true, 0);
                });
                RunningProxy proxy = proxy(backend, transport, path);
                TlsClient client = TlsClient.connect(proxy)) {
            upload(client);

            assertThat(client.read(30_000)).isEqualTo(ANSWER.bytes(30_000));
            // A close_notify would say that the backend had ended in order.
            assertThat(client.end().alert()).isEmpty();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_reset");
        }
    }

    @ParameterizedTest
    @CsvSource({"epoll, direct", "epoll, ssl-handler", "nio, direct", "nio, ssl-handler"})
    void answerThatEndsInOrderIsNotTakenBackByTheUploadBehindIt(String transport, String path) {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    awaitUnread(socket);
                    ANSWER.writeTo(socket.getOutputStream(), 30_000);
                    TcpTable.awaitAcknowledged(socket);
                    socket.shutdownOutput();
                });
                RunningProxy proxy = proxy(backend, transport, path);
                TlsClient client = TlsClient.connect(proxy)) {
            upload(client);

            assertThat(client.read(30_000)).isEqualTo(ANSWER.bytes(30_000));
        }
    }

    @ParameterizedTest
    @CsvSource({"epoll, direct", "epoll, ssl-handler", "nio, direct", "nio, ssl-handler"})
    void lastWordsOfAClientThatClosesInTheMiddleOfTheAnswerReachTheBackend(String transport, String path)
            throws Exception {
        BlockingQueue<Received> requests = new LinkedBlockingQueue<>();
        CountDownLatch flowing = new CountDownLatch(1);
        CountDownLatch reset = new CountDownLatch(1);
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    CompletableFuture<Void> answering = CompletableFuture.runAsync(() -> {
                        try {
                            ANSWER.writeTo(socket.getOutputStream(), 1_000_000);
                            flowing.countDown();
                            ANSWER.writeTo(socket.getOutputStream(), Long.MAX_VALUE);
                        } catch (SocketException e) {
                            reset.countDown();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                    requests.add(Received.from(socket));
                    answering.join();
                });
                RunningProxy proxy = proxy(backend, transport, path);
                TlsClient client = TlsClient.connect(proxy)) {
            assertThat(flowing.await(60, TimeUnit.SECONDS)).isTrue();
            await().until(() -> client.socket().getInputStream().available() > 0);
            client.send(LAST_WORDS);
            TcpTable.awaitAcknowledged(client.socket());
            // The JDK's close sends a FIN before the reset, and the proxy may see it before.
            client.socket().setSoLinger(true, 0);
            client.socket().close();

            Received request = requests.poll(60, TimeUnit.SECONDS);
            assertThat(request).isNotNull();
            assertThat(request.bytes()).isEqualTo(LAST_WORDS.length);
            // Told to the write or to the read, and to whichever is second there is nothing left but an end.
            assertThat(request.end() == Received.End.RESET || reset.await(60, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_reset");
        }
    }

    /** The request has begun, and more of it is there that is not read: only then does a close become a reset. */
    private static void awaitUnread(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.getInputStream().readNBytes(1000);
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> socket.getInputStream().available() > 0);
    }

    /** Until nobody takes it. */
    private static void upload(TlsClient client) {
        byte[] chunk = new byte[16_000];
        try {
            for (int i = 0; i < 400; i++) {
                client.send(chunk);
            }
        } catch (UncheckedIOException e) {
            // Refused: what is received meanwhile counts.
        }
    }
}
