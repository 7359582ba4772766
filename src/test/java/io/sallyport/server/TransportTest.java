package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.eventloop.Transport;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.JsonKeys;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SinkBackend;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.Stuck;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds on every transport. What epoll alone has is tested elsewhere, and told in the manual. */
class TransportTest {
    private static final int LENGTH = 5_000_000;
    private static final Payload REQUEST = new Payload(21);
    private static final Payload ANSWER = new Payload(22);

    static Stream<Transport> transports() {
        return Transport.available();
    }

    private static RunningProxy.Builder proxy(FakeBackend backend, Transport transport) {
        return RunningProxy.to(backend.address()).with("transport = " + transport);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void isTheOneThatWasAskedFor(Transport transport) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, transport).start()) {
            assertThat(proxy.get("/status").body()).contains("\"transport\" : \"" + transport + "\"");
            proxy.awaitMetric(1, "sallyport_build_info", "transport", transport.toString());
            assertThat(proxy.log().values("transport")).containsExactly(transport.toString());
        }
    }

    @Test
    void statusHasTheKeysThatDashboardsBuildOn() throws IOException {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            assertThat(JsonKeys.of(proxy.get("/status").body()))
                    .containsExactly(
                            "state",
                            "version",
                            "java",
                            "tls",
                            "transport",
                            "started",
                            "connections_active",
                            "handshakes_in_flight",
                            "direct_memory",
                            "direct_memory/used",
                            "direct_memory/limit",
                            "direct_memory/bound",
                            "last_reload",
                            "last_reload/time",
                            "last_reload/result",
                            "last_reload/detail",
                            "log_level",
                            "log_level/now",
                            "log_level/configured",
                            "listeners",
                            "listeners/https",
                            "listeners/https/address",
                            "listeners/https/starttls",
                            "listeners/https/redirect",
                            "listeners/https/backend",
                            "listeners/https/routes",
                            "backends",
                            "backends/app",
                            "backends/app/[]/server",
                            "backends/app/[]/weight",
                            "backends/app/[]/backup",
                            "backends/app/[]/max_connections",
                            "backends/app/[]/starttls",
                            "backends/app/[]/state",
                            "backends/app/[]/addresses",
                            "backends/app/[]/addresses/[]/address",
                            "backends/app/[]/addresses/[]/state",
                            "backends/app/[]/addresses/[]/connections",
                            "backend_queues",
                            "certificates",
                            "certificates/[]/name",
                            "certificates/[]/kind",
                            "certificates/[]/not_after",
                            "acme",
                            "revocation_lists",
                            "tokens",
                            "unusable_certificates");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void relaysManyConnectionsBothWays(Transport transport) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, transport).start()) {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String version = i % 2 == 0 ? TlsClient.TLS_1_2 : TlsClient.TLS_1_3;
                String text = ("client " + i + " ").repeat(2000);
                clients.add(CompletableFuture.runAsync(
                        () -> {
                            try (TlsClient client = TlsClient.connect(proxy, version)) {
                                client.send(text);
                                assertThat(client.readText(text.length())).isEqualTo(text);
                            }
                        },
                        task -> new Thread(task).start()));
            }
            clients.forEach(CompletableFuture::join);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void answerArrivesWholeAfterTheClientsCloseNotify(Transport transport) throws Exception {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    received.add(Received.from(socket));
                    ANSWER.writeTo(socket.getOutputStream(), LENGTH);
                });
                RunningProxy proxy = proxy(backend, transport).start();
                TlsClient client = TlsClient.connect(proxy, TlsClient.TLS_1_3)) {
            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();

            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new Received(LENGTH, REQUEST.sha256(LENGTH), Received.End.FIN));
            assertThat(client.readAll()).isEqualTo(new Received(LENGTH, ANSWER.sha256(LENGTH), Received.End.FIN));
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void requestArrivesWholeAfterTheBackendsFin(Transport transport) throws Exception {
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    ANSWER.writeTo(socket.getOutputStream(), LENGTH);
                    socket.shutdownOutput();
                    received.add(Received.from(socket));
                });
                RunningProxy proxy = proxy(backend, transport).start();
                TlsClient client = TlsClient.connect(proxy, TlsClient.TLS_1_3)) {
            assertThat(client.read(LENGTH)).isEqualTo(ANSWER.bytes(LENGTH));
            assertThat(client.read(new byte[1], 0, 1)).isEqualTo(-1);
            client.send(REQUEST.bytes(LENGTH));
            client.sendCloseNotify();
            client.sendFin();

            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new Received(LENGTH, REQUEST.sha256(LENGTH), Received.End.FIN));
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_closed");
        }
    }

    /** More than all buffers take, so that the proxy has to wait for the backend. */
    @ParameterizedTest
    @MethodSource("transports")
    void requestArrivesWholeAfterTheFinOfABackendThatReadsLate(Transport transport) throws Exception {
        long length = 60_000_000;
        CountDownLatch stuck = new CountDownLatch(1);
        BlockingQueue<Received> received = new LinkedBlockingQueue<>();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.shutdownOutput();
                    stuck.await();
                    received.add(Received.from(socket));
                });
                RunningProxy proxy = proxy(backend, transport).start();
                TlsClient client = TlsClient.connect(proxy, TlsClient.TLS_1_3)) {
            assertThat(client.read(new byte[1], 0, 1)).isEqualTo(-1);
            CompletableFuture<Void> sent = CompletableFuture.runAsync(
                    () -> {
                        client.send(REQUEST, length);
                        client.sendCloseNotify();
                        client.sendFin();
                    },
                    task -> new Thread(task).start());
            Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "client_to_backend"));
            stuck.countDown();

            assertThat(received.poll(60, TimeUnit.SECONDS))
                    .isEqualTo(new Received(length, REQUEST.sha256(length), Received.End.FIN));
            sent.join();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_closed");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void resetOfTheClientReachesTheBackend(Transport transport) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("transport = " + transport)
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            // The kernel accepts for the backend before the dial is known to be answered: a reset in between only ends
            // the dial.
            proxy.awaitMetric(1, "sallyport_backend_connections_active");
            client.reset();

            assertThat(backend.await().end()).isEqualTo(Received.End.RESET);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_reset");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void resetOfTheBackendReachesTheClientAsAnAbort(Transport transport) {
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    socket.getInputStream().readNBytes(4);
                    FakeBackend.reset(socket);
                });
                RunningProxy proxy = proxy(backend, transport).start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.send("ping");

            assertThat(client.end()).isEqualTo(StreamEnd.ABORTED);
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_reset");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void holdsLittleOfWhatAClientDoesNotRead(Transport transport) {
        int clients = 3;
        long whole = 30_000_000;
        try (FakeBackend backend = FakeBackend.source(ANSWER, whole);
                RunningProxy proxy = proxy(backend, transport).start()) {
            long before = directMemory(proxy);
            List<TlsClient> open = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                open.add(TlsClient.connect(proxy));
            }
            Stuck.await(() -> proxy.metric("sallyport_bytes_total", "direction", "backend_to_client"));

            assertThat(directMemory(proxy) - before).isLessThan(clients * 500_000L);
            for (TlsClient client : open) {
                assertThat(client.readAll()).isEqualTo(new Received(whole, ANSWER.sha256(whole), Received.End.FIN));
                client.close();
            }
        }
    }

    private static long directMemory(RunningProxy proxy) {
        return (long) proxy.metric("netty_allocator_memory_used_bytes", "memory_type", "direct");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void theLimitOfConnectionsIsExact(Transport transport) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, transport)
                        .with("listeners.https.limits { connections = 1, when-full = wait }")
                        .start()) {
            for (int i = 0; i < 5; i++) {
                try (TlsClient client = TlsClient.connect(proxy)) {
                    client.send("ping");
                    assertThat(client.readText(4)).isEqualTo("ping");
                }
            }
            assertThat(backend.mostOpen()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void failureToConnectIsToldForWhatItIs(Transport transport) {
        FakeBackend gone = FakeBackend.echo();
        gone.close();
        try (RunningProxy proxy = proxy(gone, transport).start();
                TlsClient client = TlsClient.connect(proxy)) {
            client.end();
            proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "refused");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:in.sock", "systemd:https"})
    void nioTakesNoOtherListenerThanTcp(String bind) {
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder =
                    proxy(backend, Transport.NIO).with("listeners.https.bind = \"" + bind + "\"");

            assertThatThrownBy(builder::start)
                    .hasMessageContaining("listeners.https.bind: \"")
                    .hasMessageContaining("(expected: host:port, as there is no other with transport nio)");
        }
    }

    @Test
    void nioTakesNoServerOnAUnixSocket() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, Transport.NIO).start()) {
            proxy.edit(text -> text.replace("backends.app.servers = [", "backends.app.servers = [\"unix:app.sock\", "));

            assertThat(proxy.reload()).isFalse();
            assertThat(proxy.get("/status").body()).contains("backends.app.servers: ", "no other with transport nio");
        }
    }
}
