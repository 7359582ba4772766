package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a change of files does to a server that runs, and what it does not. */
final class ReloadTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Reload Root");
    private static final Pattern NUMBERED = Pattern.compile("numbered-(\\d+)");
    private static final String WATCHED = "reload { watch = on, poll = 0s }";

    @Test
    void aLiveConnectionGoesOnWhileNewOnesSeeTheNewCertificate() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start();
                TlsClient before = TlsClient.connect(proxy)) {
            before.send("one");
            assertThat(before.readText(3)).isEqualTo("one");

            replace(proxy.directory(), ROOT.server("new.test").issue());
            assertThat(proxy.reload()).isTrue();

            assertThat(served(proxy)).isEqualTo("new.test");
            before.send("two");
            assertThat(before.readText(3)).isEqualTo("two");
            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "success");
        }
    }

    @Test
    void seesARenameOverTheFiles() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).with(WATCHED).start()) {
            Path aside = Files.createDirectory(proxy.directory().resolve("aside"));
            PemFiles fresh = ROOT.server("renamed.test").issue().writePem(aside, "server0");
            Files.move(fresh.key(), proxy.directory().resolve("server0.key"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh.chain(), proxy.directory().resolve("server0.crt"), StandardCopyOption.REPLACE_EXISTING);

            awaitServed(proxy, "renamed.test");
        }
    }

    @Test
    void seesAWriteInPlace() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).with(WATCHED).start()) {
            replace(proxy.directory(), ROOT.server("written.test").issue());

            awaitServed(proxy, "written.test");
        }
    }

    @Test
    void seesTheSwapOfAKubernetesVolume() throws Exception {
        try (FakeBackend backend = FakeBackend.echo()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            Path volume = Files.createDirectory(builder.directory().resolve("volume"));
            publish(volume, "..1", ROOT.server("first.test").issue());
            Files.createSymbolicLink(volume.resolve("tls.crt"), Path.of("..data", "tls.crt"));
            Files.createSymbolicLink(volume.resolve("tls.key"), Path.of("..data", "tls.key"));
            try (RunningProxy proxy = builder.certificate(
                            ROOT, ROOT.server("unused.test").issue())
                    .with(
                            "listeners.https.tls.certificates = [ { chain = \"volume/tls.crt\", key = \"volume/tls.key\" } ]",
                            WATCHED)
                    .start()) {
                assertThat(served(proxy)).isEqualTo("first.test");

                publish(volume, "..2", ROOT.server("second.test").issue());

                awaitServed(proxy, "second.test");
            }
        }
    }

    @Test
    void pollingAloneSeesAChange() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend)
                        .with("reload { watch = off, poll = 100ms }")
                        .start()) {
            replace(proxy.directory(), ROOT.server("polled.test").issue());

            awaitServed(proxy, "polled.test");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anyReloadThatIsAskedForCreatesARotatedAccessLog(boolean good) throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            Path log = proxy.directory().resolve("access.jsonl");
            Files.move(log, proxy.directory().resolve("access.jsonl.1"));
            proxy.edit(text -> good ? text : text + "\nwrong = [");

            assertThat(proxy.reload()).isEqualTo(good);

            await().until(() -> Files.exists(log));
            assertThat(proxy.metric("sallyport_access_log_lines_dropped_total")).isZero();
        }
    }

    @Test
    void aHalfWrittenPairNeverServesAndTheOtherHalfIsTakenWhenItComes() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            IssuedCertificate fresh = ROOT.server("pair.test").issue();
            Files.writeString(proxy.directory().resolve("server0.crt"), fresh.chainPem());

            assertThat(proxy.reload()).isFalse();
            assertThat(served(proxy)).isEqualTo("localhost");
            assertThat(proxy.log().values("problem"))
                    .anySatisfy(problem -> assertThat(problem).contains("does not match"));
            assertThat(proxy.get("/status").body()).contains("does not match");

            Files.writeString(proxy.directory().resolve("server0.key"), fresh.keyPem());
            assertThat(proxy.reload()).isTrue();
            assertThat(served(proxy)).isEqualTo("pair.test");
        }
    }

    @Test
    void aReloadThatFailsLeavesNoMeterBehind() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            proxy.edit(text -> text + """
                    sallyport.listeners.ghost { bind = "127.0.0.1:0", backend = ghosts, tls.certificates = [{ chain = no, key = no }] }
                    sallyport.backends.ghosts.servers = ["127.0.0.1:1"]
                    """);
            assertThat(proxy.reload()).isFalse();

            assertThat(proxy.get("/metrics").body()).doesNotContain("ghost");
            assertThat(proxy.server().addresses()).containsOnlyKeys("https");
        }
    }

    /** The names of a listener and of its backend change together. */
    @Test
    void theStatusNeverMixesTwoGenerations() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = proxy(backend).start()) {
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Integer> looks = CompletableFuture.supplyAsync(() -> {
                int count = 0;
                while (!done.get()) {
                    String status = proxy.get("/status").body();
                    Set<String> numbers = new TreeSet<>();
                    NUMBERED.matcher(status).results().forEach(found -> numbers.add(found.group(1)));
                    assertThat(numbers).as(status).hasSizeLessThan(2);
                    count++;
                }
                return count;
            });
            for (int i = 0; i < 20; i++) {
                String number = String.valueOf(i);
                proxy.edit(text -> text.replaceAll("\nsallyport\\.(listeners|backends)\\.numbered.*", "")
                        + "\nsallyport.listeners.numbered-" + number
                        + " { bind = \"127.0.0.1:0\", backend = numbered-" + number + " }"
                        + "\nsallyport.backends.numbered-" + number + ".servers = [\"127.0.0.1:1\"]");
                assertThat(proxy.reload()).isTrue();
            }
            done.set(true);
            assertThat(looks.orTimeout(60, TimeUnit.SECONDS).join()).isGreaterThan(20);
        }
    }

    @Test
    void everyBrokenFileLeavesTheOldInService() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            Path chain = proxy.directory().resolve("server0.crt");
            String good = Files.readString(chain);
            for (String broken : new String[] {"", good.substring(0, good.length() / 2), "no certificate"}) {
                Files.writeString(chain, broken);
                assertThat(proxy.reload()).as(broken).isFalse();
                assertThat(served(proxy)).isEqualTo("localhost");
            }
            Files.delete(chain);
            assertThat(proxy.reload()).isFalse();
            Files.createDirectory(chain);
            assertThat(proxy.reload()).isFalse();
            assertThat(served(proxy)).isEqualTo("localhost");
            Files.delete(chain);
            Files.writeString(chain, good);
            assertThat(proxy.reload()).isTrue();
            proxy.awaitMetric(5, "sallyport_reloads_total", "result", "failure");
            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "unchanged");
        }
    }

    @Test
    void addsRemovesAndRebindsListeners() {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            proxy.edit(text -> text.replace(
                    "backends.app",
                    "listeners.more { bind = \"127.0.0.1:0\", backend = app,"
                            + " tls.certificates = [ { chain = server0.crt, key = server0.key } ] }\nbackends.app"));
            assertThat(proxy.reload()).isTrue();
            try (TlsClient client = TlsClient.open(proxy.address("more"), ROOT)) {
                client.handshake();
                client.send("more");
                assertThat(client.readText(4)).isEqualTo("more");

                proxy.edit(text -> text.replaceAll("listeners\\.more .*\\n", ""));
                assertThat(proxy.reload()).isTrue();
                client.send("live");
                assertThat(client.readText(4)).isEqualTo("live");
            }
            assertThat(proxy.server().addresses()).containsOnlyKeys("https");
        }
    }

    @Test
    void aReloadUnderWayIsOverBeforeTheServerIs() {
        for (int i = 0; i < 10; i++) {
            try (FakeBackend backend = FakeBackend.closing()) {
                RunningProxy.Builder builder = proxy(backend);
                for (int j = 0; j < 20; j++) {
                    // They make the load long enough to be met in its middle.
                    builder.certificate(ROOT, ROOT.server("other" + j + ".test").issue());
                }
                try (RunningProxy proxy = builder.start()) {
                    replace(proxy.directory(), ROOT.server("new.test").issue());
                    CompletableFuture<Boolean> reload = proxy.server().reload("test");
                    proxy.get("/livez");

                    assertThat(proxy.drain().orTimeout(60, TimeUnit.SECONDS).join())
                            .isTrue();
                    assertThat(reload).isDone();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "event-loops, 1",
        "transport, nio",
        "log.format, text",
        "access-log.target, none",
        "admin.bind, 127.0.0.1:1",
        "metrics.bind, 127.0.0.1:1",
        "reload.watch, on",
        "reload.poll, 1s"
    })
    void saysWhatAReloadCannotChange(String key, String value) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            proxy.edit(text -> text + "sallyport." + key + " = \"" + value + "\"\n");

            assertThat(proxy.reload()).isFalse();
            assertThat(proxy.get("/status").body()).contains(key + ": ").contains("restart to change it");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "ssl-handler"})
    void aRetiredContextIsFreedWithItsLastConnection(String path) {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend)
                        .with("listeners.https.tls.record-path = " + path)
                        .start()) {
            proxy.awaitMetric(1, "sallyport_tls_contexts");
            try (TlsClient client = TlsClient.connect(proxy)) {
                client.send("one");
                assertThat(client.readText(3)).isEqualTo("one");
                for (int i = 0; i < 3; i++) {
                    replace(proxy.directory(), ROOT.server("new.test").issue());
                    assertThat(proxy.reload()).isTrue();
                }

                // The one in service, and the one that the client began with; those in between are gone.
                proxy.awaitMetric(2, "sallyport_tls_contexts");
                client.send("two");
                assertThat(client.readText(3)).isEqualTo("two");
            }
            proxy.awaitMetric(1, "sallyport_tls_contexts");
        }
    }

    @Test
    void aFailedLoadLeavesNoContextBehind() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend).start()) {
            // Found only after the contexts of the listener are built.
            proxy.edit(text -> text + "\nsallyport.listeners.https.tls.session.ticket-secret-file = none\n");
            for (int i = 0; i < 3; i++) {
                assertThat(proxy.reload()).isFalse();
            }

            proxy.awaitMetric(1, "sallyport_tls_contexts");
            assertThat(served(proxy)).isEqualTo("localhost");
        }
    }

    /** The best of a few counts: a busy machine makes some of them late. */
    @Test
    void newHandshakesSeeASwapWithinASecond() {
        long best = Long.MAX_VALUE;
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = proxy(backend).with(WATCHED).start()) {
            for (int i = 0; i < 10 && best > 1000; i++) {
                String name = "swap" + i + ".test";
                replace(proxy.directory(), ROOT.server(name).issue());
                long swapped = System.nanoTime();
                awaitServed(proxy, name);
                best = Math.min(best, (System.nanoTime() - swapped) / 1_000_000);
            }
        }
        assertThat(best).as("milliseconds").isLessThanOrEqualTo(1000);
    }

    @Test
    void seesAChangeOfTheConfigurationItself() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = proxy(backend).with(WATCHED).start()) {
            ROOT.server("configured.test").issue().writePem(proxy.directory(), "other");
            proxy.edit(text -> text.replace("server0.", "other."));

            awaitServed(proxy, "configured.test");
        }
    }

    @Test
    void tellsHowEveryReloadWentInLogAndMetrics() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = proxy(backend).start()) {
            assertOutcomes(proxy, 0, 0, 0);
            double loaded = proxy.metric("sallyport_last_reload_success_timestamp_seconds");
            assertThat(loaded).isPositive();

            replace(proxy.directory(), ROOT.server("new.test").issue());
            assertThat(proxy.reload()).isTrue();
            assertOutcomes(proxy, 1, 0, 0);
            assertThat(proxy.log().values("contexts_built")).hasSize(1);

            assertThat(proxy.reload()).isTrue();
            assertOutcomes(proxy, 1, 1, 0);

            Files.writeString(proxy.directory().resolve("server0.key"), "no key");
            assertThat(proxy.reload()).isFalse();
            assertOutcomes(proxy, 1, 1, 1);
            assertThat(proxy.log().values("problem")).hasSize(1);

            proxy.edit(text -> text.replace("backends.app", "backend.app"));
            assertThat(proxy.reload()).isFalse();
            assertOutcomes(proxy, 1, 1, 2);
            assertThat(proxy.get("/status").body()).contains("unknown key");
            assertThat(proxy.metric("sallyport_last_reload_success_timestamp_seconds"))
                    .isGreaterThanOrEqualTo(loaded);
        }
    }

    @Test
    void publishesWhenCertificatesAndListsEnd() {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        Instant end = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.SECONDS);
        Instant update = Instant.now().plus(Duration.ofDays(3)).truncatedTo(ChronoUnit.SECONDS);
        try (FakeBackend backend = FakeBackend.closing()) {
            RunningProxy.Builder builder = proxy(backend);
            clients.writePem(builder.directory(), "clients");
            clients.revocations().writePem(builder.directory().resolve("clients.crl"));
            try (RunningProxy proxy = builder.with("""
                            listeners.https.tls.client-auth {
                              mode = request, trust-anchors = ["clients.crt"], crls = ["clients.crl"]
                            }
                            """).start()) {
                proxy.awaitMetric(
                        (double) clients.certificate().getNotAfter().toInstant().getEpochSecond(),
                        "sallyport_certificate_not_after_timestamp_seconds",
                        "kind",
                        "trust_anchor");

                replace(
                        proxy.directory(),
                        ROOT.server("new.test").validity(Instant.now(), end).issue());
                clients.revocations()
                        .validity(Instant.now().minusSeconds(60), update)
                        .writePem(proxy.directory().resolve("clients.crl"));
                assertThat(proxy.reload()).isTrue();

                proxy.awaitMetric(
                        (double) end.getEpochSecond(),
                        "sallyport_certificate_not_after_timestamp_seconds",
                        "kind",
                        "server");
                proxy.awaitMetric((double) update.getEpochSecond(), "sallyport_crl_next_update_timestamp_seconds");
            }
        }
    }

    private static void assertOutcomes(RunningProxy proxy, int success, int unchanged, int failure) {
        proxy.awaitMetric(success, "sallyport_reloads_total", "result", "success");
        proxy.awaitMetric(unchanged, "sallyport_reloads_total", "result", "unchanged");
        proxy.awaitMetric(failure, "sallyport_reloads_total", "result", "failure");
    }

    private static RunningProxy.Builder proxy(FakeBackend backend) {
        return RunningProxy.to(backend.address())
                .certificate(ROOT, ROOT.server("localhost").ip("127.0.0.1").issue());
    }

    /** The first name of the certificate that a new client gets. */
    private static String served(RunningProxy proxy) {
        try (TlsClient client = TlsClient.open(proxy.address(), ROOT)) {
            client.handshake();
            X509Certificate leaf = (X509Certificate) client.session().getPeerCertificates()[0];
            String name =
                    leaf.getSubjectAlternativeNames().iterator().next().get(1).toString();
            client.sendCloseNotify();
            client.sendFin();
            client.readAll();
            return name;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitServed(RunningProxy proxy, String name) {
        await("the certificate of " + name)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(served(proxy)).isEqualTo(name));
    }

    private static void replace(Path directory, IssuedCertificate certificate) {
        certificate.writePem(directory, "server0");
    }

    /** As the kubelet does: a new folder, and one rename of the link that leads to it. */
    private static void publish(Path volume, String folder, IssuedCertificate certificate) throws IOException {
        Path content = Files.createDirectory(volume.resolve(folder));
        certificate.writePem(content, "tls");
        Path link = Files.createSymbolicLink(volume.resolve("..data_tmp"), Path.of(folder));
        Files.move(link, volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
