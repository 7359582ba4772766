package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.Stuck;
import io.sallyport.testing.TlsClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Whoever does not read stops the other side, and nothing but the kernel's buffers fills up. */
class BackpressureTest {
    private static final int CLIENTS = 5;

    /** The kernel takes 128 KiB that it cannot send; what a slow reader's socket holds unread is the kernel's choice. */
    private static final long KERNEL_BYTES = 3_000_000;

    /** What a connection may hold in buffers of the proxy, with room for how the allocator rounds. */
    private static final long OWN_BYTES = 500_000;

    private static final long WHOLE = 30_000_000;

    private static long directMemory(RunningProxy proxy) {
        return (long) proxy.metric("netty_allocator_memory_used_bytes", "memory_type", "direct");
    }

    @EachTlsVersion
    void clientThatNeverReadsStopsTheBackend(String version) {
        Payload payload = new Payload(8);
        CountDownLatch go = new CountDownLatch(1);
        List<TlsClient> clients = new ArrayList<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    go.await();
                    payload.writeTo(socket.getOutputStream(), WHOLE);
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(TlsClient.connect(proxy, version));
            }
            backend.awaitOpen(CLIENTS);
            long before = directMemory(proxy);
            go.countDown();
            long relayed = Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "backend_to_client"));

            assertThat(relayed).isLessThan(CLIENTS * KERNEL_BYTES);
            assertThat(directMemory(proxy) - before).isLessThan(CLIENTS * OWN_BYTES);
            for (TlsClient client : clients) {
                assertThat(client.readAll()).isEqualTo(new Received(WHOLE, payload.sha256(WHOLE), Received.End.FIN));
                client.close();
            }
        }
    }

    @EachTlsVersion
    void backendThatNeverReadsStopsTheClient(String version) throws Exception {
        Payload payload = new Payload(9);
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        List<TlsClient> clients = new ArrayList<>();
        List<CompletableFuture<Void>> sending = new ArrayList<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    go.await();
                    received.add(Received.from(socket));
                });
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(TlsClient.connect(proxy, version));
            }
            backend.awaitOpen(CLIENTS);
            long before = directMemory(proxy);
            for (TlsClient client : clients) {
                sending.add(CompletableFuture.runAsync(
                        () -> {
                            client.send(payload, WHOLE);
                            client.sendCloseNotify();
                        },
                        task -> new Thread(task).start()));
            }
            long relayed = Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "client_to_backend"));

            assertThat(relayed).isLessThan(CLIENTS * KERNEL_BYTES);
            assertThat(directMemory(proxy) - before).isLessThan(CLIENTS * OWN_BYTES);
            go.countDown();
            for (int i = 0; i < CLIENTS; i++) {
                assertThat(received.poll(60, TimeUnit.SECONDS))
                        .isEqualTo(new Received(WHOLE, payload.sha256(WHOLE), Received.End.FIN));
                sending.get(i).join();
            }
        } finally {
            clients.forEach(TlsClient::close);
        }
    }

    @EachTlsVersion
    void oneClientThatNeverReadsDelaysNoOther(String version) {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    int first = socket.getInputStream().read();
                    if (first == 'x') {
                        new Payload(10).writeTo(socket.getOutputStream(), Long.MAX_VALUE);
                    } else {
                        socket.getOutputStream().write(first);
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    }
                });
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("event-loops = 1")
                        .start();
                TlsClient greedy = TlsClient.connect(proxy, version);
                TlsClient other = TlsClient.connect(proxy, version)) {
            greedy.send("x");
            Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "backend_to_client"));

            other.send("still there");
            assertThat(other.readText(11)).isEqualTo("still there");
        }
    }
}
