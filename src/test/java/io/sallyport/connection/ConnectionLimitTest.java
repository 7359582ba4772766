package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code limits.connections} of a listener and of the process, with one acceptor and with two. */
class ConnectionLimitTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void connectionOverTheLimitIsResetBeforeAnyTls(int loops) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "event-loops = " + loops,
                                "listeners.https.limits { connections = 2, when-full = reject }")
                        .start();
                TlsClient first = TlsClient.connect(proxy);
                TlsClient second = TlsClient.connect(proxy)) {
            for (int i = 0; i < 5; i++) {
                assertThat(isReset(proxy)).isTrue();
            }
            proxy.awaitMetric(5, "sallyport_limit_rejections_total", "limit", "connections");
            assertThat(proxy.log().values("limit")).contains("connections");

            first.send("ping");
            assertThat(first.readText(4)).isEqualTo("ping");
            second.sendCloseNotify();
            second.end();
            proxy.awaitMetric(1, "sallyport_connections_active");
            try (TlsClient third = TlsClient.connect(proxy)) {
                third.send("pong");
                assertThat(third.readText(4)).isEqualTo("pong");
            }
        }
    }

    private static boolean isReset(RunningProxy proxy) {
        try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            return client.tcpEnd() == Received.End.RESET;
        } catch (UncheckedIOException e) {
            return e.getCause() instanceof SocketException; // The reset was faster than the client.
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void connectionOverTheLimitWaitsForAPlace(int loops) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("event-loops = " + loops, "listeners.https.limits { connections = 1, when-full = wait }")
                        .start();
                TlsClient first = TlsClient.connect(proxy);
                TlsClient second = TlsClient.open(proxy.address(), proxy.authority());
                TlsClient third = TlsClient.open(proxy.address(), proxy.authority())) {
            second.sendRaw(second.clientHello());
            second.socket().setSoTimeout(300);
            assertThatThrownBy(second::handshake)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(SocketTimeoutException.class);
            second.socket().setSoTimeout(10_000);
            proxy.awaitMetric(1, "sallyport_connections_active");
            assertThat(backend.accepted()).isEqualTo(1);

            first.sendCloseNotify();
            first.close();
            CompletableFuture<Void> served = CompletableFuture.allOf(serve(second), serve(third));
            served.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(backend.accepted()).isEqualTo(3);
            assertThat(proxy.metric("sallyport_limit_rejections_total")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void limitOfTheProcessHoldsForAllListeners(int loops) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "event-loops = " + loops,
                                "limits.connections = 2",
                                "listeners.https.limits.when-full = reject",
                                "listeners.other = ${sallyport.listeners.https} { limits.when-full = wait }")
                        .start();
                TlsClient first = TlsClient.connect(proxy);
                TlsClient second = TlsClient.open(proxy.address("other"), proxy.authority())) {
            second.handshake();
            assertThat(isReset(proxy)).isTrue();
            proxy.awaitMetric(1, "sallyport_limit_rejections_total", "limit", "all_connections");
            TlsClient third = TlsClient.open(proxy.address("other"), proxy.authority());
            TlsClient fourth = TlsClient.open(proxy.address("other"), proxy.authority());
            CompletableFuture<Void> served = CompletableFuture.allOf(serve(third), serve(fourth));

            first.sendCloseNotify();
            first.end();
            served.orTimeout(60, TimeUnit.SECONDS).join();
            proxy.awaitMetric(1, "sallyport_limit_rejections_total");
        }
    }

    @Test
    void reloadOfTheLimitOfTheProcessLetsTheWaitingIn() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("limits.connections = 1")
                        .start();
                TlsClient first = TlsClient.connect(proxy);
                TlsClient second = TlsClient.open(proxy.address(), proxy.authority())) {
            CompletableFuture<Void> served = serve(second);
            proxy.edit(text -> text.replace("limits.connections = 1", "limits.connections = 2"));
            assertThat(proxy.reload()).isTrue();

            served.orTimeout(60, TimeUnit.SECONDS).join();
            first.send("ping");
            assertThat(first.readText(4)).isEqualTo("ping");
        }
    }

    private static CompletableFuture<Void> serve(TlsClient client) {
        // Each on a thread of its own: which of them comes first is the proxy's choice, and the other waits for it.
        return CompletableFuture.runAsync(
                () -> {
                    client.handshake();
                    client.send("ping");
                    assertThat(client.readText(4)).isEqualTo("ping");
                    client.sendCloseNotify();
                    client.end();
                    client.close();
                },
                task -> new Thread(task, "client").start());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void clientThatLeavesWhileItWaitsTakesNoPlaceWithIt(int loops) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("event-loops = " + loops, "listeners.https.limits { connections = 1, when-full = wait }")
                        .start();
                TlsClient first = TlsClient.connect(proxy)) {
            for (int i = 0; i < 10; i++) {
                TlsClient waiting = TlsClient.open(proxy.address(), proxy.authority());
                waiting.sendRaw(waiting.clientHello());
                if (i % 2 == 0) {
                    waiting.reset();
                } else {
                    waiting.close();
                }
            }
            first.sendCloseNotify();
            first.close();

            try (TlsClient last = TlsClient.connect(proxy)) {
                last.send("ping");
                assertThat(last.readText(4)).isEqualTo("ping");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void limitIsExactAndNobodyIsForgotten(int loops) {
        int limit = 5;
        int clients = 50;
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (FakeBackend backend = FakeBackend.running(socket -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    try {
                        socket.getInputStream().readNBytes(4);
                        // From here on the proxy may count this connection as over.
                        now.decrementAndGet();
                        socket.getOutputStream().write('x');
                    } catch (IOException e) {
                        now.decrementAndGet();
                    }
                });
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "event-loops = " + loops,
                                "listeners.https { limits { connections = " + limit + " }, timeouts.handshake = 60s }")
                        .start()) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                                client.socket().setSoTimeout(60_000);
                                client.handshake();
                                client.send("ping");
                                String answer = client.readText(1);
                                client.sendCloseNotify();
                                client.end();
                                return answer;
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        task -> new Thread(task, "client").start()));
            }
            for (CompletableFuture<String> answer : answers) {
                assertThat(answer.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("x");
            }
            assertThat(most.get()).isBetween(2, limit);
            proxy.awaitMetric(clients, "sallyport_connections_total");
        }
    }
}
