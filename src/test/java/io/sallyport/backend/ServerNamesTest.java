package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.ConfigLoader;
import io.sallyport.server.ProxyServer;
import io.sallyport.server.generation.StartException;
import io.sallyport.server.listen.HandedOverSockets;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.FakeDns;
import io.sallyport.testing.PlainClient;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of servers whose answers change, fail, or are nothing. */
final class ServerNamesTest {
    private static final String PLAIN = "listeners.plain { bind = \"127.0.0.1:0\", backend = app }";

    /** Servers on several addresses of loopback with one port, each of which says the last byte of its own. */
    private static final class Pods implements AutoCloseable {
        private final List<ServerSocket> listening = new ArrayList<>();

        Pods(int... lastBytes) {
            int port = 0;
            try {
                for (int last : lastBytes) {
                    ServerSocket socket = new ServerSocket(port, 100, InetAddress.getByName("127.0.2." + last));
                    port = socket.getLocalPort();
                    listening.add(socket);
                    Thread thread = new Thread(() -> serve(socket, String.valueOf(last)), "pod");
                    thread.setDaemon(true);
                    thread.start();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int port() {
            return listening.get(0).getLocalPort();
        }

        private static void serve(ServerSocket listening, String name) {
            while (!listening.isClosed()) {
                try (Socket socket = listening.accept()) {
                    socket.getOutputStream().write(name.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    // closed, or the client has gone
                }
            }
        }

        @Override
        public void close() {
            try {
                for (ServerSocket socket : listening) {
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void allAddressesOfANameAreUsedAndCountedAsOneServer() {
        try (Pods pods = new Pods(1, 2, 3);
                FakeDns dns = FakeDns.knowing(60, "127.0.2.1", "127.0.2.2", "127.0.2.3");
                RunningProxy proxy = proxy(dns, pods).start()) {
            assertThat(reached(proxy, 6)).containsExactly("1", "2", "3");
            assertThat(proxy.metric(
                            "sallyport_backend_connect_failures_total",
                            "server",
                            "pods.test:" + pods.port(),
                            "reason",
                            "refused"))
                    .isZero();
            assertThat(dns.questions()).isEqualTo(1);
        }
    }

    @Test
    void aNewAnswerIsUsedWhenTheOldOnesTimeIsOver() {
        try (Pods pods = new Pods(1, 2);
                FakeDns dns = FakeDns.knowing(1, "127.0.2.1");
                RunningProxy proxy = proxy(dns, pods).start();
                PlainClient open = PlainClient.connect(proxy.address("plain"))) {
            assertThat(open.readText(1)).isEqualTo("1");

            dns.know(1, "127.0.2.2");

            awaitReached(proxy, "2");
            assertThat(proxy.log().values("addresses")).hasSize(1);
        }
    }

    @Test
    void theLastGoodAnswerStaysWhileDnsFailsOrKnowsNothing() {
        try (Pods pods = new Pods(1, 2);
                FakeDns dns = FakeDns.knowing(0, "127.0.2.1");
                RunningProxy proxy =
                        proxy(dns, pods).with("dns.max-ttl = 200ms").start()) {
            List<Runnable> plights = List.of(dns::fail, dns::knowNothing, dns::fallSilent, () -> dns.know(0));
            for (Runnable plight : plights) {
                plight.run();
                int asked = dns.questions();
                await().until(() -> dns.questions() > asked + 1);
                assertThat(reached(proxy, 3)).containsExactly("1");
            }
            assertThat(proxy.log().values("server")).hasSize(1);

            dns.know(0, "127.0.2.2");
            awaitReached(proxy, "2");
        }
    }

    @Test
    void aNameThatIsNotFoundAtTheStartWarnsAndIsServedOnceItIs() {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(0)) {
            dns.knowNothing();
            try (RunningProxy proxy =
                    proxy(dns, pods).with("dns.max-ttl = 200ms").start()) {
                assertThat(proxy.log().lines("the name has no address")).isNotEmpty();
                assertThat(proxy.get("/readyz").statusCode()).isEqualTo(200);
                assertThat(reached(proxy, 1)).containsExactly("");
                proxy.awaitMetric(1, "sallyport_backend_connect_failures_total", "reason", "unresolved");

                dns.know(0, "127.0.2.1");

                awaitReached(proxy, "1");
            }
        }
    }

    /** RFC 6891 section 7: FORMERR, and of old NOTIMP; firewalls drop what they do not know. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, -1})
    void aNameServerThatDoesNotKnowEdnsIsAskedWithoutIt(int code) {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(0, "127.0.2.1")) {
            dns.dislikeEdns(code);
            try (RunningProxy proxy =
                    proxy(dns, pods).with("dns.max-ttl = 200ms").start()) {
                assertThat(reached(proxy, 1)).containsExactly("1");
                await().until(() -> dns.questions() > 4);
                assertThat(dns.extendedQuestions()).isEqualTo(1);
            }
        }
    }

    @Test
    void theStatusSaysWhyANameHasNoAddress() {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(0)) {
            dns.knowNothing();
            try (RunningProxy proxy =
                    proxy(dns, pods).with("dns.max-ttl = 200ms").start()) {
                assertUnresolved(proxy, "NXDOMAIN: there is no such name");
                dns.fail();
                assertUnresolved(proxy, "a name server says SERVFAIL");
                dns.fallSilent();
                assertUnresolved(proxy, "no name server answers within dns.timeout");
                dns.know(0);
                assertUnresolved(proxy, "it has no A and no AAAA record");
                dns.know(0, "127.0.2.1");
                await().untilAsserted(
                                () -> assertThat(proxy.get("/status").body()).doesNotContain("unresolved"));
                dns.fail();
                assertUnresolved(proxy, "a name server says SERVFAIL");
                assertThat(proxy.get("/status").body()).contains("127.0.2.1:");
            }
        }
    }

    private static void assertUnresolved(RunningProxy proxy, String words) {
        await().untilAsserted(
                        () -> assertThat(proxy.get("/status").body()).contains("\"unresolved\" : \"" + words + "\""));
    }

    @Test
    void aReloadThatFailsLeavesANameToBeFoundByItsServer() {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(60);
                RunningProxy proxy =
                        proxy(dns, pods).with("dns.max-ttl = 200ms").start()) {
            dns.fail();
            proxy.edit(text -> text + "sallyport.listeners.plain.backend = none\n");
            dns.know(60, "127.0.2.1");
            assertThat(proxy.reload()).isFalse();

            awaitReached(proxy, "1");
        }
    }

    @Test
    void checkRefusesANameThatIsNotFound() {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(0, "127.0.2.1");
                RunningProxy proxy = proxy(dns, pods).start()) {
            dns.knowNothing();
            assertThatThrownBy(() -> ProxyServer.check(
                            ConfigLoader.load(proxy.directory().resolve("sallyport.conf")), HandedOverSockets.none()))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("backends.app.servers: \"pods.test:" + pods.port()
                            + "\": the name has no address: NXDOMAIN: there is no such name");
        }
    }

    @Test
    void theHostsFileIsRead() {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(60);
                FakeBackend backend =
                        FakeBackend.running(socket -> socket.getOutputStream().write('h'));
                RunningProxy proxy = proxy(dns, pods)
                        .with("backends.app.servers = [\"localhost:"
                                + backend.address().getPort() + "\"]")
                        .start()) {
            assertThat(reached(proxy, 2)).containsExactly("h");
            assertThat(dns.questions()).isZero();
        }
    }

    @Test
    void withoutAMinimumAnAnswerForNoTimeIsAskedForOnceASecond() {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(0, "127.0.2.1");
                RunningProxy proxy = proxy(dns, pods).with("dns.min-ttl = 0s").start()) {
            await().until(() -> dns.questions() > 0);
            int before = dns.questions();

            // A and AAAA each time.
            await().during(Duration.ofMillis(1500)).until(() -> dns.questions() - before <= 4);
            assertThat(reached(proxy, 1)).containsExactly("1");
        }
    }

    @Test
    void answersThatChangeAllTheTimeLoseNoConnection() {
        try (Pods pods = new Pods(1, 2, 3);
                FakeDns dns = FakeDns.knowing(0, "127.0.2.1");
                RunningProxy proxy = proxy(dns, pods)
                        .with("dns { min-ttl = 100ms, max-ttl = 200ms }")
                        .start()) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger lost = new AtomicInteger();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        String name = PlainClient.nameBehind(proxy.address("plain"));
                        if (name.isEmpty()) {
                            lost.incrementAndGet();
                        } else {
                            seen.add(name);
                        }
                    }
                }));
            }
            List<Runnable> answers = List.of(
                    () -> dns.know(0, "127.0.2.1", "127.0.2.2"),
                    () -> dns.know(0, "127.0.2.3"),
                    () -> dns.know(0, "127.0.2.2", "127.0.2.3", "127.0.2.1"),
                    () -> dns.know(0),
                    dns::fail);
            for (int round = 0; round < 12; round++) {
                for (Runnable answer : answers) {
                    answer.run();
                    int before = dns.questions();
                    await().pollInterval(Duration.ofMillis(2)).until(() -> dns.questions() > before);
                }
            }
            over.set(true);
            clients.forEach(CompletableFuture::join);

            assertThat(lost).hasValue(0);
            assertThat(seen).hasSizeGreaterThan(1);
        }
    }

    @Test
    void aDeadPodIsPassedOverForAnotherOfTheSameName() {
        try (Pods pods = new Pods(1);
                FakeDns dns = FakeDns.knowing(60, "127.0.2.1", "127.0.2.9");
                RunningProxy proxy = proxy(dns, pods).start()) {
            assertThat(reached(proxy, 12)).containsExactly("1");
            // The address alone is left out, not its server.
            proxy.awaitMetric(1, "sallyport_backend_ejections_total");
        }
    }

    private static RunningProxy.Builder proxy(FakeDns dns, Pods pods) {
        return RunningProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
                .with(PLAIN, dns.setting(), "backends.app.servers = [\"pods.test:" + pods.port() + "\"]");
    }

    private static void awaitReached(RunningProxy proxy, String name) {
        await().until(() -> PlainClient.nameBehind(proxy.address("plain")).equals(name));
    }

    private static Set<String> reached(RunningProxy proxy, int connections) {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < connections; i++) {
            names.add(PlainClient.nameBehind(proxy.address("plain")));
        }
        return names;
    }
}
