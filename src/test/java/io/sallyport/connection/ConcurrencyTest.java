package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many clients at once, each with bytes of its own. {@code -Dsallyport.seed} repeats a run. */
class ConcurrencyTest {
    private static final int CLIENTS = 200;
    private static final int MAX_BYTES = 300_000;
    private static final int MAX_PAUSE_MILLIS = 30;

    /** What the backend does first. */
    private enum Order {
        READ_THEN_ANSWER,
        ANSWER_AND_END_THEN_READ,
        ANSWER_WHILE_READING
    }

    /** One client's part, which its first bytes tell the backend. */
    private record Part(int id, Order order, int request, int answer) {
        static final int BYTES = 16;
        private static final List<Order> ORDERS = List.of(Order.values());

        byte[] encoded() {
            return ByteBuffer.allocate(BYTES)
                    .putInt(id)
                    .putInt(ORDERS.indexOf(order))
                    .putInt(request)
                    .putInt(answer)
                    .array();
        }

        static Part read(Socket socket) throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return new Part(in.readInt(), ORDERS.get(in.readInt()), in.readInt(), in.readInt());
        }

        Payload requestPayload() {
            return new Payload(id);
        }

        Payload answerPayload() {
            return new Payload(-id - 1L);
        }
    }

    private final Map<Integer, Received> received = new ConcurrentHashMap<>();
    private final ExecutorService senders = Executors.newCachedThreadPool();

    private void serve(Socket socket) throws IOException, InterruptedException {
        Part part = Part.read(socket);
        switch (part.order()) {
            case READ_THEN_ANSWER -> {
                received.put(part.id(), Received.from(socket));
                part.answerPayload().writeTo(socket.getOutputStream(), part.answer());
            }
            case ANSWER_AND_END_THEN_READ -> {
                part.answerPayload().writeTo(socket.getOutputStream(), part.answer());
                socket.shutdownOutput();
                received.put(part.id(), Received.from(socket));
            }
            case ANSWER_WHILE_READING -> {
                Thread reader = new Thread(() -> {
                    try {
                        received.put(part.id(), Received.from(socket));
                    } catch (IOException e) {
                        // The request is missed below.
                    }
                });
                reader.start();
                part.answerPayload().writeTo(socket.getOutputStream(), part.answer());
                socket.shutdownOutput();
                reader.join();
            }
        }
    }

    @Test
    void nothingIsLostOrMixedUpAmongTwoHundredClients() {
        long seed = Long.getLong("sallyport.seed", new Random().nextLong());
        System.out.println("-Dsallyport.seed=" + seed);
        Random random = new Random(seed);
        try (FakeBackend backend = FakeBackend.running(this::serve);
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            List<Part> parts = new ArrayList<>();
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int id = 0; id < CLIENTS; id++) {
                Part part = new Part(
                        id,
                        Order.values()[random.nextInt(Order.values().length)],
                        random.nextInt(MAX_BYTES),
                        random.nextInt(MAX_BYTES));
                parts.add(part);
                Random own = new Random(random.nextLong());
                clients.add(CompletableFuture.runAsync(() -> run(proxy, part, own), senders));
            }
            clients.forEach(client -> client.orTimeout(60, TimeUnit.SECONDS).join());
            proxy.awaitIdle();

            for (Part part : parts) {
                assertThat(received.get(part.id()))
                        .as("%s", part)
                        .isEqualTo(new Received(
                                part.request(), part.requestPayload().sha256(part.request()), Received.End.FIN));
            }
            assertThat(proxy.awaitConnectionLines(CLIENTS))
                    .allSatisfy(line -> assertThat(line.text("reason")).isIn("client_closed", "backend_closed"));
        } finally {
            senders.shutdownNow();
        }
    }

    private void run(RunningProxy proxy, Part part, Random random) {
        String version = random.nextBoolean() ? TlsClient.TLS_1_2 : TlsClient.TLS_1_3;
        try (TlsClient client = TlsClient.connect(proxy, version)) {
            client.send(part.encoded());
            CompletableFuture<Void> sent = send(client, part.requestPayload().bytes(part.request()), 0, random);

            assertThat(client.read(part.answer()))
                    .isEqualTo(part.answerPayload().bytes(part.answer()));
            assertThat(client.read(new byte[1], 0, 1)).isEqualTo(-1);
            sent.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
        }
    }

    /** Sends the rest in pieces of random size with random pauses between them, and then the end. */
    private CompletableFuture<Void> send(TlsClient client, byte[] request, int at, Random random) {
        int length = Math.min(request.length - at, 1 + random.nextInt(60_000));
        Executor later =
                CompletableFuture.delayedExecutor(random.nextInt(MAX_PAUSE_MILLIS), TimeUnit.MILLISECONDS, senders);
        if (length == 0) {
            return CompletableFuture.runAsync(client::sendCloseNotify, later);
        }
        return CompletableFuture.runAsync(() -> client.send(request, at, length), later)
                .thenCompose(sent -> send(client, request, at + length, random));
    }
}
