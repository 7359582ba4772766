package io.sallyport.tls.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.PemFiles;
import io.sallyport.tls.context.TicketKeys;
import io.sallyport.tls.source.KeyMaterialLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "rw-r--r--, read",
        "r--r--r--, read",
        "rw-rw-rw-, read and change",
        "rw----rw-, read and change",
        "rw-----w-, change"
    })
    void aSecretThatEverybodyMayReadOrChangeIsWarnedOf(String mode, String verbs) throws IOException {
        assertThat(SecretFile.exposure(file(mode)))
                .hasValue("everybody may " + verbs + " this file (" + mode
                        + "; expected: a secret for its owner and its group alone, as rw-r-----)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rw-r-----", "r--r-----", "rw-rw----", "rwxrwx--x"})
    void aSecretOfItsOwnerAndItsGroupIsFine(String mode) throws IOException {
        assertThat(SecretFile.exposure(file(mode))).isEmpty();
    }

    /** As Kubernetes mounts a secret: a link to a file with the mode of the volume. */
    @Test
    void aLinkCountsAsWhatItLeadsTo() throws IOException {
        Files.createDirectory(directory.resolve("..data"));
        Path secret = Files.writeString(directory.resolve("..data/tls.key"), "secret");
        Path link = Files.createSymbolicLink(directory.resolve("tls.key"), Path.of("..data/tls.key"));

        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(SecretFile.exposure(link)).isPresent();
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--r-----"));
        assertThat(SecretFile.exposure(link)).isEmpty();
        assertThat(SecretFile.exposure(directory.resolve("none"))).isEmpty();
    }

    @Test
    void everyKindOfSecretIsLookedAt() throws IOException {
        PemFiles pem =
                CertificateAuthority.selfSigned("localhost").server().issue().writePem(directory, "tls");
        Path password = open(Files.writeString(directory.resolve("password"), "secret"));
        Path store = open(CertificateAuthority.selfSigned("localhost")
                .server()
                .issue()
                .writeKeyStore(directory.resolve("tls.p12"), "PKCS12", "key", "secret"));
        Path secret = open(Files.writeString(directory.resolve("secret"), "x".repeat(48)));
        open(pem.key());
        KeyMaterialLoader loader = new KeyMaterialLoader(name -> null, Instant.now());

        assertWarned(
                pem.key(),
                findings -> loader.load(
                        new CertificateConfig.Pem(pem.chain(), pem.key(), new PasswordConfig.None(), ""), findings));
        assertWarned(
                store,
                findings -> loader.load(
                        new CertificateConfig.Keystore(
                                store, null, new PasswordConfig.File(closed(password)), new Place("")),
                        findings));
        assertWarned(
                open(password),
                findings -> loader.load(
                        new CertificateConfig.Keystore(
                                closed(store), null, new PasswordConfig.File(password), new Place("")),
                        findings));
        assertWarned(secret, findings -> TicketKeys.fromFile(secret, Duration.ofHours(1), "", findings));
        assertWarned(secret, findings -> TokenFile.read(secret, "", findings));
    }

    private static void assertWarned(Path file, Consumer<Findings> load) {
        Findings findings = new Findings();
        load.accept(findings);
        // A file that two entries name is told of once.
        load.accept(findings);
        assertThat(findings.problems()).isEmpty();
        List<ConfigProblem> warnings = findings.warnings();
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0).path()).endsWith(file.getFileName().toString());
        assertThat(warnings.get(0).detail()).startsWith("everybody may read this file (rw-r--r--");
    }

    private Path file(String mode) throws IOException {
        return Files.setPosixFilePermissions(
                Files.writeString(directory.resolve("file"), "secret"), PosixFilePermissions.fromString(mode));
    }

    private static Path open(Path file) {
        return mode(file, "rw-r--r--");
    }

    private static Path closed(Path file) {
        return mode(file, "rw-------");
    }

    private static Path mode(Path file, String mode) {
        try {
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
