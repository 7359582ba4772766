package io.sallyport.tls.material;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Pem;
import io.sallyport.testing.RunningProxy;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.source.KeyMaterialLoader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates of ours that openssl serves, and the JDK cannot read or check. */
class UnusualCertificatesTest {
    @TempDir
    private Path directory;

    private final Findings findings = new Findings();
    private Openssl openssl;

    @BeforeEach
    void runInDirectory() {
        openssl = new Openssl(directory);
    }

    /** As cert-manager's selfSigned issuer and internal ACME authorities make them. */
    @ParameterizedTest
    @ValueSource(strings = {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256", "ed25519"})
    void servesACertificateWithoutSubjectAndIssuer(String key) {
        openssl.line("req -x509 -newkey " + key + " -nodes -keyout tls.key -out tls.crt -days 3 -subj /"
                + " -addext subjectAltName=DNS:localhost");

        assertThat(loadPem().serverNames()).containsExactly("localhost");
        if (!key.equals("ed25519")) {
            assertThat(servedBy("tls.crt")).contains("depth=0", "Verify return code: 0 (ok)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"subjectAltName=DNS:localhost", "subjectAltName=critical,DNS:localhost"})
    void servesAnEmptySubjectWhetherItsNamesAreCriticalOrNot(String names) {
        authority("root", "rsa:2048", null);
        issue("tls", "rsa:2048", "root", "/", names);
        Pem.write(directory.resolve("tls.crt"), read("tls.crt"));

        assertThat(loadPem().serverNames()).containsExactly("localhost");
        assertThat(servedBy("root.crt")).contains("Verify return code: 0 (ok)");
    }

    @Test
    void readsAKeyStoreWithACertificateWithoutIssuer() {
        openssl.line("req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 3 -subj /"
                + " -addext subjectAltName=DNS:localhost");
        openssl.line("pkcs12 -export -in tls.crt -inkey tls.key -out tls.p12 -passout pass:secret");

        Optional<KeyMaterial> material = loader().load(
                        new CertificateConfig.Keystore(
                                directory.resolve("tls.p12"),
                                null,
                                new PasswordConfig.File(Pem.write(directory.resolve("password"), "secret")),
                                new Place("conf/x.conf:7")),
                        findings);

        assertThat(findings.problems()).isEmpty();
        assertThat(material.orElseThrow().serverNames()).containsExactly("localhost");
    }

    /** The intermediate is sent, or clients that know the root alone find no way to it. */
    @ParameterizedTest
    @ValueSource(strings = {"brainpoolP256r1", "brainpoolP384t1", "secp256k1", "P-224"})
    void sendsTheWholeChainOfAnAuthorityOnACurveThatTheJdkHasNot(String curve) {
        String key = "ec -pkeyopt ec_paramgen_curve:" + curve;
        authority("root", key, null);
        authority("intermediate", key, "root");
        issue("tls", "rsa:2048", "intermediate", "/CN=localhost", "subjectAltName=DNS:localhost");
        Pem.write(directory.resolve("tls.crt"), read("tls.crt") + read("intermediate.crt"));

        assertThat(loadPem().chain()).hasSize(2);
        assertThat(findings.warnings()).isEmpty();
        assertThat(findings.notes()).isEmpty();
        assertThat(servedBy("root.crt")).contains("depth=2", "Verify return code: 0 (ok)");
    }

    @Test
    void repairsTheOrderOfSuchAChainAndLeavesAStrangerOut() {
        String key = "ec -pkeyopt ec_paramgen_curve:brainpoolP256r1";
        authority("root", key, null);
        authority("intermediate", key, "root");
        issue("tls", "rsa:2048", "intermediate", "/CN=localhost", "subjectAltName=DNS:localhost");
        String good = read("intermediate.crt");
        authority("intermediate", key, "root");
        Pem.write(directory.resolve("tls.crt"), read("root.crt") + read("intermediate.crt") + good + read("tls.crt"));

        assertThat(Pem.certificates(loadPem().chain()))
                .contains(good.lines().toList().get(4));
        assertThat(findings.warnings())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).startsWith("the chain is not in order"),
                        detail -> assertThat(detail).startsWith("not part of the chain, left out: CN=intermediate"));
    }

    private String servedBy(String authority) {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.tls.certificates = [ { chain = \"" + directory.resolve("tls.crt")
                                + "\", key = \"" + directory.resolve("tls.key") + "\" } ]")
                        .start()) {
            return openssl.output(List.of(
                    "s_client",
                    "-connect",
                    "127.0.0.1:" + proxy.address().getPort(),
                    "-servername",
                    "localhost",
                    "-CAfile",
                    authority,
                    "-partial_chain",
                    "-ign_eof"));
        }
    }

    private void authority(String name, String key, @Nullable String issuer) {
        if (issuer == null) {
            openssl.line("req -x509 -newkey " + key + " -nodes -keyout " + name + ".key -out " + name
                    + ".crt -days 3 -subj /CN=" + name);
            return;
        }
        Pem.write(directory.resolve("ca.ext"), "basicConstraints=critical,CA:TRUE\n");
        sign(name, key, issuer, "/CN=" + name, "ca.ext");
    }

    private void issue(String name, String key, String issuer, String subject, String extension) {
        Pem.write(directory.resolve("leaf.ext"), extension + "\n");
        sign(name, key, issuer, subject, "leaf.ext");
    }

    private void sign(String name, String key, String issuer, String subject, String extensions) {
        openssl.line(
                "req -new -newkey " + key + " -nodes -keyout " + name + ".key -out " + name + ".csr -subj " + subject);
        openssl.line("x509 -req -in " + name + ".csr -CA " + issuer + ".crt -CAkey " + issuer
                + ".key -CAcreateserial -days 3 -out " + name + ".crt -extfile " + extensions);
    }

    private KeyMaterial loadPem() {
        Optional<KeyMaterial> material = loader().load(
                        new CertificateConfig.Pem(
                                directory.resolve("tls.crt"),
                                directory.resolve("tls.key"),
                                new PasswordConfig.None(),
                                "conf/x.conf:7"),
                        findings);
        assertThat(findings.problems()).isEmpty();
        return material.orElseThrow();
    }

    private static KeyMaterialLoader loader() {
        return new KeyMaterialLoader(name -> null, Instant.now());
    }

    private String read(String file) {
        return Pem.read(directory.resolve(file));
    }
}
