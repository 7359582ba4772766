package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.HandshakeLoad;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.ProxyUnderTest;
import io.sallyport.testing.RunningProxy;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand handshakes across two hundred reloads. {@code -Dsallyport.reloads} is how many reloads there are, with fifty
 * handshakes to each.
 */
final class ReloadIT {
    private static final int RELOADS = Integer.getInteger("sallyport.reloads", 200);
    private static final int HANDSHAKES_EACH = 50;
    private static final int AT_ONCE = 4;

    private static final int CONTEXTS = 4;

    /** The heap is whole from the start, so that what grows is native memory. */
    private static final String[] FIXED_HEAP = {
        "-XX:+UseSerialGC", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:MaxDirectMemorySize=64m"
    };

    /** What the JVM compiles in the meantime counts too. */
    private static final long MOST_GROWTH_KIB = 20 << 10;

    private static final CertificateAuthority EVEN_ROOT = CertificateAuthority.create("Even Root");
    private static final CertificateAuthority ODD_ROOT = CertificateAuthority.create("Odd Root");

    @Test
    void noHandshakeFailsNoPairIsMixedAndMemoryIsFlatAcrossManyReloads() throws Exception {
        // Each has its own way to its own root: a leaf with the other's intermediate or key does not verify.
        List<IssuedCertificate> pairs = List.of(
                EVEN_ROOT
                        .authority("Even Intermediate")
                        .issueAuthority()
                        .server("even.test")
                        .issue(),
                ODD_ROOT.authority("Odd Intermediate")
                        .issueAuthority()
                        .server("odd.test")
                        .issue());
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = proxy(backend, pairs.get(1)).startProcess(FIXED_HEAP);
                HandshakeLoad load =
                        HandshakeLoad.on(proxy.address(), AT_ONCE, EVEN_ROOT.certificate(), ODD_ROOT.certificate())) {
            long warm = 0;
            for (int i = 0; i < RELOADS; i++) {
                awaitHandshakes(load, i * HANDSHAKES_EACH);
                if (i == RELOADS / 4) {
                    warm = proxy.residentKib();
                }
                pairs.get(i % 2).writePem(proxy.directory(), "server0");
                reload(proxy);
                proxy.awaitMetric(i + 1, "sallyport_reloads_total", "result", "success");
            }
            awaitHandshakes(load, RELOADS * HANDSHAKES_EACH);
            load.stop();
            proxy.awaitIdle();

            assertThat(load.failures()).isEmpty();
            assertThat(load.served()).containsOnlyKeys("CN=even.test", "CN=odd.test");
            assertThat(load.served().values()).allMatch(count -> count > load.done() / 10);
            assertThat(proxy.metric("sallyport_handshakes_total", "result", "failure"))
                    .isZero();
            proxy.awaitMetric(load.done(), "sallyport_handshakes_total", "result", "success");
            long grown = proxy.residentKib() - warm;
            System.out.printf(
                    "%d handshakes, %d reloads, %d contexts built, %.0f alive, resident memory %d KiB, grown by %d KiB%n",
                    load.done(),
                    RELOADS,
                    (RELOADS + 1) * CONTEXTS,
                    proxy.metric("sallyport_tls_contexts"),
                    warm + grown,
                    grown);
            // All that were built but for those in service have given their native memory back.
            proxy.awaitMetric(CONTEXTS, "sallyport_tls_contexts");
            assertThat(grown).isLessThan(MOST_GROWTH_KIB);
        }
    }

    private static RunningProxy.Builder proxy(FakeBackend backend, IssuedCertificate first) {
        RunningProxy.Builder builder = RunningProxy.to(backend.address()).certificate(ODD_ROOT, first);
        for (int i = 1; i < CONTEXTS; i++) {
            builder.certificate(ODD_ROOT, ODD_ROOT.server("other" + i + ".test").issue());
        }
        return builder;
    }

    private static void awaitHandshakes(HandshakeLoad load, int count) {
        await(count + " handshakes")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> load.done() >= count || !load.failures().isEmpty());
        assertThat(load.failures()).isEmpty();
    }

    private static void reload(ChildProxy proxy) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + proxy.adminAddress().getPort() + "/reload"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(ProxyUnderTest.HTTP
                        .send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(202);
    }
}
