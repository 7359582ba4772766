package io.sallyport.tls.material;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Pem;
import io.sallyport.testing.SecretFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.source.KeyMaterialLoader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Key stores of the JDK and of openssl, with and without a password. */
class KeyStoreFormsTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Test Root");
    private static final IssuedCertificate SERVER = ROOT.authority("Test Intermediate")
            .issueAuthority()
            .server("example.com")
            .issue();

    @TempDir
    private Path directory;

    private final Findings findings = new Findings();

    @ParameterizedTest
    @CsvSource({"PKCS12, secret", "JKS, secret", "JCEKS, secret", "PKCS12, ''", "JKS, ''", "JCEKS, ''"})
    void readsWhatTheJdkWrites(String type, String password) {
        Path file = SERVER.writeKeyStore(directory.resolve("any.name"), type, "server", password);

        KeyMaterial material = load(file, null, password(password)).orElseThrow();

        assertThat(material.chain()).isEqualTo(SERVER.chain());
        assertThat(findings.problems()).isEmpty();
        assertThat(findings.warnings()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"RSA_2048", "EC_P384", "ED25519"})
    void readsEveryTypeOfKey(KeyKind kind) {
        Path file = ROOT.server("example.com")
                .key(kind)
                .issue()
                .writeKeyStore(directory.resolve("k.p12"), "PKCS12", "x", "secret");

        assertThat(load(file, null, password("secret"))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-passout pass:secret",
                "-passout pass:",
                "-passout pass: -nomac",
                "-passout pass: -keypbe NONE -certpbe NONE",
                "-passout pass: -keypbe NONE -certpbe NONE -nomac",
                "-passout pass:secret -legacy",
                "-passout pass: -legacy",
                "-passout pass:secret -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg SHA1",
                "-passout pass:secret -name server -caname ca"
            })
    void readsWhatOpensslWrites(String options) {
        SERVER.writePem(directory, "tls");
        new Openssl(directory).line("pkcs12 -export -in tls.crt -inkey tls.key -out tls.p12 " + options);

        Path file = directory.resolve("tls.p12");
        Optional<KeyMaterial> material = load(file, null, password(options.contains("secret") ? "secret" : ""));

        assertThat(findings.problems()).isEmpty();
        assertThat(material.orElseThrow().chain()).isEqualTo(SERVER.chain());
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-8, ''",
        "UTF-8, -legacy",
        "UTF-8, -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg SHA1",
        "UTF-8, -certpbe NONE",
        "UTF-8, -nomac",
        "ISO-8859-1, -legacy"
    })
    void readsWhatOpensslWritesWithAPasswordBeyondAscii(String charset, String options) throws IOException {
        SERVER.writePem(directory, "tls");
        Path password = directory.resolve("password");
        SecretFiles.closed(Files.writeString(password, "m\u00fcller \u00df\n", Charset.forName(charset)));
        new Openssl(directory)
                .line(("pkcs12 -export -in tls.crt -inkey tls.key -out tls.p12 -passout file:password " + options)
                        .trim());

        Optional<KeyMaterial> material = load(directory.resolve("tls.p12"), null, new PasswordConfig.File(password));

        assertThat(findings.problems()).isEmpty();
        assertThat(material.orElseThrow().chain()).isEqualTo(SERVER.chain());
    }

    /** keytool reads its arguments by the locale: under a POSIX one each byte beyond ASCII becomes U+FFFD. */
    @ParameterizedTest
    @ValueSource(strings = {"m\u00fcller", "m\ufffd\ufffdller", "m\u00c3\u00bcller"})
    void readsWhatKeytoolWritesWithAPasswordBeyondAscii(String heardByKeytool) throws IOException {
        Path file = SERVER.writeKeyStore(directory.resolve("k.jks"), "JKS", "server", heardByKeytool);

        Path password = SecretFiles.closed(Files.writeString(directory.resolve("password"), "m\u00fcller\n"));

        Optional<KeyMaterial> material = load(file, null, new PasswordConfig.File(password));

        assertThat(findings.problems()).isEmpty();
        assertThat(material.orElseThrow().chain()).isEqualTo(SERVER.chain());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void saysThatAPasswordBeyondAsciiIsWrongOnlyWhenItIs(String type) throws IOException {
        Path file = SERVER.writeKeyStore(directory.resolve("k"), type, "server", "muller");

        load(
                file,
                null,
                new PasswordConfig.File(
                        SecretFiles.closed(Files.writeString(directory.resolve("password"), "m\u00fcller"))));

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .containsExactly("wrong password (expected: the one that the key store is protected with)");
    }

    @Test
    void asksForAnAliasWhereThereAreSeveralKeys() {
        Path file = SERVER.writeKeyStore(directory.resolve("two.p12"), "PKCS12", "secret", List.of("blue", "green"));

        assertThat(load(file, null, password("secret"))).isEmpty();
        assertThat(load(file, "red", password("secret"))).isEmpty();
        assertThat(load(file, "green", password("secret")).orElseThrow().name()).endsWith("two.p12#green");

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .containsExactly(
                        "2 private keys in the key store (expected: alias, one of blue, green)",
                        "no private key under alias \"red\" (expected: one of blue, green)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS", "JCEKS"})
    void refusesAWrongPassword(String type) {
        Path file = SERVER.writeKeyStore(directory.resolve("k"), type, "server", "secret");

        load(file, null, password("wrong"));
        load(file, null, new PasswordConfig.None());

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .containsExactly(
                        "wrong password (expected: the one that the key store is protected with)",
                        "the key store is protected (expected: password-file or password-env with its password)");
    }

    @Test
    void refusesWhatIsNoKeyStore() throws IOException {
        SERVER.writePem(directory, "tls");
        Path prose = Files.writeString(directory.resolve("prose"), "my keys");
        Path empty = Files.createFile(directory.resolve("empty"));
        Path whole = SERVER.writeKeyStore(directory.resolve("whole"), "PKCS12", "server", "secret");
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2));

        load(directory.resolve("tls.crt"), null, password("secret"));
        load(prose, null, password("secret"));
        load(empty, null, password("secret"));
        load(cut, null, password("secret"));
        load(directory, null, password("secret"));

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).isEqualTo("PEM (expected: chain and key instead of keystore)"),
                        detail -> assertThat(detail).startsWith("neither PKCS#12 nor JKS nor JCEKS"),
                        detail -> assertThat(detail).startsWith("is empty"),
                        detail -> assertThat(detail).startsWith("not readable as PKCS12: "),
                        detail -> assertThat(detail).startsWith("is a directory"));
    }

    @Test
    void refusesAKeyStoreWithoutAPrivateKey() {
        ROOT.writePem(directory, "root");
        new Openssl(directory).line("pkcs12 -export -nokeys -in root.crt -out root.p12 -passout pass:secret");

        load(directory.resolve("root.p12"), null, password("secret"));

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .containsExactly("no private key in the key store (expected: one)");
    }

    private PasswordConfig password(String text) {
        return text.isEmpty()
                ? new PasswordConfig.None()
                : new PasswordConfig.File(SecretFiles.closed(Pem.write(directory.resolve("password"), text + "\n")));
    }

    private Optional<KeyMaterial> load(Path file, @Nullable String alias, PasswordConfig password) {
        return new KeyMaterialLoader(name -> null, Instant.now())
                .load(new CertificateConfig.Keystore(file, alias, password, new Place("conf/x.conf:7")), findings);
    }
}
