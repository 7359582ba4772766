package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FakeDns;
import io.sallyport.testing.FullListener;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Payload;
import io.sallyport.testing.Received;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SinkBackend;
import io.sallyport.testing.StreamEnd;
import io.sallyport.testing.TlsClient;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The orderly stop. */
class DrainTest {

    private static boolean isDone(CompletableFuture<Boolean> drained) {
        return drained.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static void awaitRefusal(InetSocketAddress address, RunningProxy proxy) {
        await().untilAsserted(() -> assertThatThrownBy(
                        () -> TlsClient.open(address, proxy.authority()).close())
                .hasCauseInstanceOf(ConnectException.class));
    }

    @EachTlsVersion
    void liveConnectionFinishesWhileNobodyElseIsAccepted(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            InetSocketAddress address = proxy.address();
            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);

            CompletableFuture<Boolean> drained = proxy.drain();

            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(503);
            assertThat(proxy.get("/livez").statusCode()).isEqualTo(200);
            proxy.awaitMetric(1, "sallyport_draining");
            awaitRefusal(address, proxy);
            client.send("still here");
            assertThat(client.readText(10)).isEqualTo("still here");
            assertThat(drained).isNotDone();
            assertThat(proxy.drain()).isSameAs(drained);
            client.sendCloseNotify();

            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            assertThat(isDone(drained)).isTrue();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("client_closed");
        }
    }

    @Test
    void newConnectionsAreServedDuringTheDelay() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.delay = 1s")
                        .start()) {
            InetSocketAddress address = proxy.address();
            CompletableFuture<Boolean> drained = proxy.drain();

            assertThat(proxy.get("/readyz").statusCode()).isEqualTo(503);
            try (TlsClient client = TlsClient.connect(proxy)) {
                client.send("late");
                assertThat(client.readText(4)).isEqualTo("late");
                awaitRefusal(address, proxy);
                assertThat(drained).isNotDone();
            }
            assertThat(isDone(drained)).isTrue();
        }
    }

    @Test
    void idleProxyIsDrainedAtOnce() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 1h")
                        .start()) {
            assertThat(isDone(proxy.drain())).isTrue();
        }
    }

    @Test
    void withoutADeadlineConnectionsAreWaitedFor() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 0s")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            InetSocketAddress address = proxy.address();
            CompletableFuture<Boolean> drained = proxy.drain();

            awaitRefusal(address, proxy);
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
            assertThat(drained).isNotDone();
            client.close();

            assertThat(isDone(drained)).isTrue();
        }
    }

    @EachTlsVersion
    void connectionThatOutlivesTheDeadlineIsCut(String version) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 300ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");

            CompletableFuture<Boolean> drained = proxy.drain();

            // Without close_notify: nobody takes the cut stream for a whole one.
            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            client.close();
            assertThat(isDone(drained)).isFalse();
            LogLine line = proxy.awaitConnectionLine();
            assertThat(line.text("reason")).isEqualTo("drain_deadline");
            assertThat(line.text("closed_by")).isEqualTo("proxy");
        }
    }

    @EachTlsVersion
    void requestThatTheDeadlineCutsIsNoWholeOneToTheBackend(String version) throws Exception {
        try (SinkBackend backend = new SinkBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 300ms")
                        .start();
                TlsClient client = TlsClient.connect(proxy, version)) {
            client.send("half a requ");

            CompletableFuture<Boolean> drained = proxy.drain();

            assertThat(backend.await().end()).isEqualTo(Received.End.RESET);
            assertThat(client.end()).isEqualTo(StreamEnd.TRUNCATED);
            client.close();
            assertThat(isDone(drained)).isFalse();
        }
    }

    @Test
    void connectionsThatDoNotAnswerTheCutAreForgotten() {
        List<TlsClient> clients = new ArrayList<>();
        try (FakeBackend backend = FakeBackend.frozen();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 300ms")
                        .start()) {
            for (int i = 0; i < 10; i++) {
                clients.add(TlsClient.connect(proxy));
            }
            backend.awaitOpen(10);

            assertThat(isDone(proxy.drain())).isFalse();
            assertThat(proxy.awaitConnectionLines(10))
                    .allSatisfy(line -> assertThat(line.text("reason")).isEqualTo("drain_deadline"));
        } finally {
            clients.forEach(TlsClient::close);
        }
    }

    @Test
    void handshakeThatOutlivesTheDeadlineIsCut() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 300ms")
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendRaw(client.clientHello());
            proxy.awaitMetric(1, "sallyport_handshakes_in_flight");

            CompletableFuture<Boolean> drained = proxy.drain();
            client.tcpEnd();
            client.close();

            assertThat(isDone(drained)).isFalse();
            assertThat(proxy.awaitHandshakeFailure().text("reason")).isEqualTo("draining");
        }
    }

    @Test
    void dialThatOutlivesTheDeadlineIsCut() {
        try (FullListener backend = new FullListener();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 300ms", "backends.app.connect.timeout = 60s")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            proxy.awaitMetric(1, "sallyport_handshakes_total", "result", "success");

            CompletableFuture<Boolean> drained = proxy.drain();
            client.end();
            client.close();

            assertThat(isDone(drained)).isFalse();
            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("drain_deadline");
        }
    }

    @Test
    void clientThatWaitsForAPlaceHoldsNoDrainUp() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.limits.connections = 1")
                        .start();
                TlsClient first = TlsClient.connect(proxy);
                TlsClient waiting = TlsClient.open(proxy.address(), proxy.authority())) {
            waiting.sendRaw(waiting.clientHello());

            CompletableFuture<Boolean> drained = proxy.drain();
            assertThat(waiting.tcpEnd()).isIn((Object[]) Received.End.values());
            first.send("ping");
            assertThat(first.readText(4)).isEqualTo("ping");
            first.sendCloseNotify();
            first.close();

            assertThat(isDone(drained)).isTrue();
        }
    }

    @Test
    void aReloadThatIsLoadingWhenADrainBeginsOpensNothing() {
        try (FakeBackend backend = FakeBackend.echo();
                FakeDns dns = FakeDns.knowing(60);
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(dns.setting()).start();
                TlsClient client = TlsClient.connect(proxy)) {
            // The load waits for the name server.
            dns.fallSilent();
            proxy.edit(text -> text + """
                    sallyport.listeners.late { bind = "127.0.0.1:0", backend = late }
                    sallyport.backends.late.servers = ["late.test:1"]
                    """);
            CompletableFuture<Boolean> reload = proxy.server().reload("test");
            await().until(() -> dns.questions() > 0);

            CompletableFuture<Boolean> drained = proxy.drain();

            assertThat(reload.orTimeout(60, TimeUnit.SECONDS).join()).isFalse();
            assertThat(proxy.server().addresses()).containsOnlyKeys("https");
            assertThat(proxy.get("/status").body()).contains("reload: stopping");
            assertThat(proxy.get("/metrics").body()).doesNotContain("late.test");
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
            client.close();
            assertThat(isDone(drained)).isTrue();
        }
    }

    @Test
    void stopAtOnceCutsADrainShort() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain { delay = 1h, timeout = 1h }")
                        .start();
                TlsClient client = TlsClient.connect(proxy)) {
            CompletableFuture<Boolean> drained = proxy.drain();
            proxy.server().stopNow();

            assertThat(isDone(drained)).isFalse();
            client.end();
        }
    }

    @EachTlsVersion
    void drainUnderLoadLosesNoAnswer(String version) {
        Payload payload = new Payload(15);
        int length = 50_000;
        AtomicInteger answered = new AtomicInteger();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            InetSocketAddress address = proxy.address();
            List<CompletableFuture<Void>> users = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                users.add(CompletableFuture.runAsync(
                        () -> {
                            while (isServed(address, proxy, version, payload.bytes(length))) {
                                answered.incrementAndGet();
                            }
                        },
                        task -> new Thread(task, "user").start()));
            }
            await().until(() -> answered.get() > 40);

            assertThat(isDone(proxy.drain())).isTrue();
            users.forEach(user -> user.orTimeout(60, TimeUnit.SECONDS).join());
        }
    }

    /** One request and its whole answer; false when the proxy took nobody any more. */
    private static boolean isServed(InetSocketAddress address, RunningProxy proxy, String version, byte[] request) {
        TlsClient client;
        try {
            client = TlsClient.open(address, proxy.authority(), version);
        } catch (UncheckedIOException e) {
            return false;
        }
        try (client) {
            try {
                client.handshake();
            } catch (UncheckedIOException e) {
                // It waited in the kernel's queue when the listener was closed.
                return false;
            }
            client.send(request);
            assertThat(client.read(request.length)).isEqualTo(request);
            client.sendCloseNotify();
            assertThat(client.end()).isEqualTo(StreamEnd.CLEAN);
            return true;
        }
    }
}
