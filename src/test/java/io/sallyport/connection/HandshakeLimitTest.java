package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code limits.handshakes-in-flight} and its queue, with one acceptor and with two. */
class HandshakeLimitTest {
    private static final String REJECTIONS = "sallyport_limit_rejections_total";

    private static RunningProxy proxy(FakeBackend backend, int loops, String limits) {
        return RunningProxy.to(backend.address())
                .with(
                        "event-loops = " + loops,
                        "listeners.https { timeouts.handshake = 60s, limits { handshakes-in-flight = 1, " + limits
                                + " } }")
                .start();
    }

    /** A client that begins a handshake and leaves it at that. */
    private static TlsClient begin(RunningProxy proxy) {
        TlsClient client = TlsClient.open(proxy.address(), proxy.authority());
        client.sendRaw(client.clientHello());
        return client;
    }

    /** A client whose handshake is under way: the server has answered. */
    private static TlsClient underWay(RunningProxy proxy) throws Exception {
        TlsClient client = begin(proxy);
        assertThat(client.socket().getInputStream().read()).isEqualTo(22);
        return client;
    }

    private static CompletableFuture<Void> serve(TlsClient client) {
        return CompletableFuture.runAsync(
                () -> {
                    client.handshake();
                    client.send("ping");
                    assertThat(client.readText(4)).isEqualTo("ping");
                    client.sendCloseNotify();
                    client.end();
                },
                task -> new Thread(task, "client").start());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void clientWaitsUntilAnotherIsThrough(int loops) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, loops, "handshake-queue.deadline = 60s");
                TlsClient established = TlsClient.connect(proxy);
                TlsClient first = underWay(proxy);
                TlsClient second = begin(proxy)) {
            proxy.awaitMetric(2, "sallyport_handshakes_in_flight");
            established.send("still");
            assertThat(established.readText(5)).isEqualTo("still");
            assertThat(second.socket().getInputStream().available()).isZero();

            first.reset();
            serve(second).orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(proxy.metric(REJECTIONS)).isZero();
            assertThat(backend.accepted()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void clientThatFindsTheQueueFullIsReset(int loops) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, loops, "handshake-queue { length = 1, deadline = 60s }");
                TlsClient first = underWay(proxy)) {
            TlsClient one = begin(proxy);
            TlsClient other = begin(proxy);
            proxy.awaitMetric(1, REJECTIONS, "limit", "handshakes_in_flight");
            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "overload");
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("overload");
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
            assertThat(proxy.log().values("limit")).containsExactly("handshakes_in_flight");

            first.reset();
            // Which of the two waits is the kernel's choice.
            List<CompletableFuture<Received.End>> ends = new ArrayList<>();
            for (TlsClient client : List.of(one, other)) {
                ends.add(CompletableFuture.supplyAsync(client::tcpEnd, task -> new Thread(task).start()));
            }
            assertThat(CompletableFuture.anyOf(ends.toArray(CompletableFuture<?>[]::new))
                            .get(60, TimeUnit.SECONDS))
                    .isEqualTo(Received.End.RESET);
            one.reset();
            other.reset();
            assertThat(backend.accepted()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void clientThatWaitsForTooLongIsReset(int loops) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, loops, "handshake-queue.deadline = 200ms");
                TlsClient first = underWay(proxy);
                TlsClient second = begin(proxy)) {
            assertThat(second.tcpEnd()).isEqualTo(Received.End.RESET);
            proxy.awaitMetric(1, "sallyport_handshake_failures_total", "reason", "overload");
            proxy.awaitMetric(1, REJECTIONS, "limit", "handshakes_in_flight");

            first.reset();
            try (TlsClient third = TlsClient.connect(proxy)) {
                third.send("ping");
                assertThat(third.readText(4)).isEqualTo("ping");
            }
        }
    }

    @Test
    void deadlineOfTheHandshakeIsOneOfTheQueueToo() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https { timeouts.handshake = 500ms, limits { handshakes-in-flight = 1,"
                                + " handshake-queue { length = 0, deadline = 0s } } }")
                        .start();
                TlsClient first = underWay(proxy);
                TlsClient second = begin(proxy)) {
            // The first one's time is up before that of the second, which comes to its turn then or is shed.
            assertThat(first.socket().isConnected()).isTrue();
            second.tcpEnd();
            proxy.awaitMetric(2, "sallyport_handshake_failures_total");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void clientThatLeavesWhileItWaitsTakesNoTurn(int loops) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, loops, "handshake-queue { length = 1000, deadline = 60s }");
                TlsClient first = underWay(proxy)) {
            for (int i = 0; i < 20; i++) {
                TlsClient waiting = begin(proxy);
                proxy.awaitMetric(2, "sallyport_handshakes_in_flight");
                waiting.reset();
                proxy.awaitMetric(1, "sallyport_handshakes_in_flight");
            }
            try (TlsClient last = begin(proxy)) {
                first.reset();
                serve(last).orTimeout(60, TimeUnit.SECONDS).join();
            }
            assertThat(proxy.metric("sallyport_handshake_failures_total", "reason", "client_reset")
                            + proxy.metric("sallyport_handshake_failures_total", "reason", "client_left"))
                    .isEqualTo(21);
        }
    }

    @Test
    void reloadWhileAClientWaitsIsWhatItGets() throws Exception {
        CertificateAuthority next = CertificateAuthority.create("Next Root");
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, 1, "handshake-queue.deadline = 60s");
                TlsClient first = underWay(proxy);
                TlsClient second = TlsClient.open(proxy.address(), next)) {
            second.sendRaw(second.clientHello());
            proxy.awaitMetric(2, "sallyport_handshakes_in_flight");
            next.server("localhost").ip("127.0.0.1").issue().writePem(proxy.directory(), "server0");
            assertThat(proxy.reload()).isTrue();

            first.reset();
            serve(second).orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void reloadOfTheLimitLetsTheWaitingIn() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, 2, "handshake-queue.deadline = 60s");
                TlsClient first = underWay(proxy);
                TlsClient second = begin(proxy)) {
            proxy.awaitMetric(2, "sallyport_handshakes_in_flight");
            proxy.edit(text -> text.replace("in-flight = 1", "in-flight = 0"));
            assertThat(proxy.reload()).isTrue();

            serve(second).orTimeout(60, TimeUnit.SECONDS).join();
            first.reset();
        }
    }

    @Test
    void everyClientOfACrowdIsServed() {
        int clients = 60;
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, 2, "handshakes-in-flight = 3, handshake-queue.deadline = 60s")) {
            List<TlsClient> crowd = new ArrayList<>();
            List<CompletableFuture<Void>> served = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                TlsClient client = begin(proxy);
                crowd.add(client);
            }
            for (TlsClient client : crowd) {
                served.add(serve(client));
            }
            served.forEach(each -> each.orTimeout(60, TimeUnit.SECONDS).join());
            crowd.forEach(TlsClient::close);

            assertThat(backend.accepted()).isEqualTo(clients);
            assertThat(proxy.metric(REJECTIONS)).isZero();
        }
    }
}
