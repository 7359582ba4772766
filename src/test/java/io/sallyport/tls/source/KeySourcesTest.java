package io.sallyport.tls.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.PemFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tells that a source has something else, and what it has. */
final class KeySourcesTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");

    private final KeySources sources = new KeySources(variable -> null);
    private final Findings findings = new Findings();

    @TempDir
    private Path directory;

    private CertificateConfig pair;

    @BeforeEach
    void writePair() throws IOException {
        PemFiles files = ROOT.server("a.test").issue().writePem(directory, "tls");
        Path password = Files.writeString(directory.resolve("pass"), "");
        pair = new CertificateConfig.Pem(files.chain(), files.key(), new PasswordConfig.File(password), "x.conf:1");
    }

    @Test
    void theFingerprintIsOfTheContentAlone() throws IOException {
        String before = sources.of(pair).fingerprint();
        Path chain = directory.resolve("tls.crt");
        Files.writeString(chain, Files.readString(chain));

        assertThat(sources.of(pair).fingerprint()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls.crt", "tls.key", "pass"})
    void theFingerprintIsAnotherWithEachFile(String name) throws IOException {
        String before = sources.of(pair).fingerprint();
        Path file = directory.resolve(name);
        String content = Files.readString(file);

        Files.writeString(file, content + "\n");
        String longer = sources.of(pair).fingerprint();
        Files.delete(file);
        String gone = sources.of(pair).fingerprint();

        assertThat(List.of(before, longer, gone)).doesNotHaveDuplicates();
        assertThat(sources.of(pair).files()).contains(file).hasSize(3);
    }

    @Test
    void theFingerprintOfAKeyStoreIsAnotherWithItsContent() throws IOException {
        Path file = Files.writeString(directory.resolve("site.p12"), "one");
        CertificateConfig store =
                new CertificateConfig.Keystore(file, null, new PasswordConfig.None(), new Place("x.conf:1"));
        String before = sources.of(store).fingerprint();
        Files.writeString(file, "two");

        assertThat(sources.of(store).fingerprint()).isNotEqualTo(before);
        assertThat(sources.of(store).files()).containsExactly(file);
    }

    @Test
    void anEntryThatIsGivenTwiceIsReadOnce() {
        List<KeyMaterial> keys = sources.read(List.of(pair, pair), Instant.now(), findings);

        assertThat(keys)
                .singleElement()
                .satisfies(key -> assertThat(key.serverNames()).containsExactly("a.test"));
        assertThat(findings.problems()).isEmpty();
    }

    @Test
    void whatCannotBeReadIsAProblemAndNoKey() throws IOException {
        Files.delete(directory.resolve("tls.key"));

        assertThat(sources.read(List.of(pair), Instant.now(), findings)).isEmpty();
        assertThat(findings.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).endsWith("tls.key"));
    }
}
