package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The metrics while what they tell of changes. */
final class ScrapeTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Scrape Root");

    @Test
    void isWholeWhileReloadsGoOn() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(ROOT, ROOT.server("localhost").issue())
                        .start()) {
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Integer> scrapes = CompletableFuture.supplyAsync(() -> {
                int count = 0;
                while (!done.get()) {
                    assertThat(proxy.get("/metrics").statusCode())
                            .as("scrape " + count + proxy.log().faults())
                            .isEqualTo(200);
                    count++;
                }
                return count;
            });
            for (int i = 0; i < 300 && !scrapes.isDone(); i++) {
                ROOT.server("localhost").issue().writePem(proxy.directory(), "server0");
                assertThat(proxy.reload())
                        .as(() -> String.join("\n", proxy.log().faults()))
                        .isTrue();
            }
            done.set(true);
            assertThat(scrapes.join()).isPositive();
        }
    }
}
