package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.OpenSsl;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.config.tls.SessionConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.PemFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.OcspResponses;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.source.KeyMaterialLoader;
import io.sallyport.tls.trust.NoClientCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a context that cannot be built, and of one that is built with a Netty that shows less. */
final class FailedContextTest {
    /** More seconds than fit into what BoringSSL takes, which a configuration cannot say. */
    private static final Duration TOO_LONG = Duration.ofDays(100_000);

    @TempDir
    private Path directory;

    @BeforeAll
    static void nativeLibraryComesFirst() {
        assertThat(OpenSsl.isAvailable()).isTrue();
    }

    @Test
    void nothingNativeIsLeftWhereTheLastStepFails() throws Exception {
        LiveContexts live = new LiveContexts();
        ContextPool pool = new ContextPool();
        List<KeyMaterial> keys = List.of(key("one.test"), key("two.test"));

        assertThatThrownBy(() -> TlsContexts.build(settings(TOO_LONG, live), keys, OcspResponses.none(), pool))
                .hasRootCauseInstanceOf(ArithmeticException.class);
        assertThat(live.count()).isZero();

        TlsContexts.build(settings(Duration.ofHours(1), live), keys, OcspResponses.none(), pool);
        assertThat(live.count()).isEqualTo(2);
        pool.release();
        assertThat(live.count()).isZero();
    }

    private KeyMaterial key(String name) {
        PemFiles files =
                CertificateAuthority.create("Root").server(name).issue().writePem(directory, name);
        Findings findings = new Findings();
        return new KeyMaterialLoader(variable -> null, Instant.now())
                .load(new CertificateConfig.Pem(files.chain(), files.key(), new PasswordConfig.None(), ""), findings)
                .orElseThrow(() -> new AssertionError(findings.problems()));
    }

    private ContextSettings settings(Duration timeout, LiveContexts live) throws Exception {
        Path file = Files.writeString(directory.resolve("x.conf"), """
                sallyport {
                  listeners.https { bind = "127.0.0.1:0", backend = app, tls.certificates = [{ chain = a, key = b }] }
                  backends.app.servers = ["127.0.0.1:1"]
                }
                """);
        TlsConfig tls = Objects.requireNonNull(
                        ConfigLoader.load(file).listeners().get("https"))
                .tls();
        SessionConfig session = tls.session();
        return new ContextSettings(
                TlsPolicy.of(tls.policy()),
                tls.clientAuth().mode(),
                new NoClientCertificates(),
                "nobody",
                new SessionConfig(session.tickets(), null, session.rotate(), timeout, session.cacheSize()),
                SessionIdContext.of("https", tls.clientAuth(), new TrustAnchors(List.of())),
                List.of(),
                null,
                live,
                tls.rsaSigning(),
                new RsaAccelerator());
    }
}
