package io.sallyport.tls.material;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form in which openssl writes a private key is read. */
class KeyFormsTest {
    private static final String PASSWORD = "secret";

    @TempDir
    private Path directory;

    private Openssl openssl;

    @BeforeEach
    void runInDirectory() {
        openssl = new Openssl(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "RSA -pkeyopt rsa_keygen_bits:2048, RSA",
        "RSA -pkeyopt rsa_keygen_bits:3072, RSA",
        "EC -pkeyopt ec_paramgen_curve:P-256, EC",
        "EC -pkeyopt ec_paramgen_curve:P-384, EC",
        "EC -pkeyopt ec_paramgen_curve:P-521, EC",
        "ED25519, ED25519"
    })
    void readsPlainPkcs8(String algorithm, KeyAlgorithm expected) {
        certify(algorithm);

        KeyMaterial material = load("key.pem", new PasswordConfig.None());

        assertThat(material.algorithm()).isEqualTo(expected);
        assertThat(material.serverNames()).containsExactly("example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa -in key.pem -traditional -out form.pem"})
    void readsPkcs1(String command) {
        certify("RSA");

        assertReads(command, new PasswordConfig.None());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rsa -in key.pem -traditional -aes128 -passout pass:secret -out form.pem",
                "rsa -in key.pem -traditional -aes256 -passout pass:secret -out form.pem",
                "rsa -in key.pem -traditional -des3 -passout pass:secret -out form.pem",
                "rsa -in key.pem -traditional -des -provider legacy -provider default -passout pass:secret -out"
                        + " form.pem",
                "pkey -in key.pem -aes256 -passout pass:secret -out form.pem",
                "pkcs8 -topk8 -in key.pem -v2 aes-128-cbc -v2prf hmacWithSHA512 -passout pass:secret -out form.pem",
                "pkcs8 -topk8 -in key.pem -v2 des3 -v2prf hmacWithSHA1 -passout pass:secret -out form.pem",
                "pkcs8 -topk8 -in key.pem -v2 aes256 -iter 100000 -passout pass:secret -out form.pem",
                "pkcs8 -topk8 -in key.pem -scrypt -passout pass:secret -out form.pem",
                "pkcs8 -topk8 -in key.pem -v1 PBE-MD5-DES -provider legacy -provider default -passout pass:secret -out"
                        + " form.pem",
                "pkcs8 -topk8 -in key.pem -v1 PBE-SHA1-3DES -passout pass:secret -out form.pem",
                "pkcs8 -topk8 -in key.pem -v1 PBE-SHA1-RC2-128 -provider legacy -provider default -passout pass:secret"
                        + " -out form.pem",
            })
    void readsEncryptedKeys(String command) {
        certify("RSA");
        Path password = SecretFiles.closed(Pem.write(directory.resolve("password"), PASSWORD + "\n"));

        assertReads(command, new PasswordConfig.File(password));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ec -in key.pem -out form.pem",
                "ec -in key.pem -no_public -out form.pem",
                "ec -in key.pem -aes128 -passout pass:secret -out form.pem"
            })
    void readsSec1(String command) {
        certify("EC -pkeyopt ec_paramgen_curve:P-256");

        assertReads(command, new PasswordConfig.Variable("KEY_PASSWORD"));
    }

    @Test
    void readsSec1BehindItsParameters() {
        openssl.line("ecparam -name secp384r1 -genkey -out form.pem");
        openssl.line("req -x509 -key form.pem -out cert.pem -days 3 -subj /CN=example.com");

        KeyMaterial material = load("form.pem", new PasswordConfig.None());

        assertThat(material.algorithm()).isEqualTo(KeyAlgorithm.EC);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ED25519", "EC -pkeyopt ec_paramgen_curve:P-521"})
    void readsEncryptedKeysOfOtherTypes(String algorithm) {
        certify(algorithm);

        assertReads(
                "pkcs8 -topk8 -in key.pem -passout pass:secret -out form.pem",
                new PasswordConfig.Variable("KEY_PASSWORD"));
    }

    @Test
    void readsPasswordsBeyondAscii() {
        certify("RSA");
        openssl.line("rsa -in key.pem -traditional -aes128 -passout pass:gr\u00fc\u00dfe\u20ac -out legacy.pem");
        openssl.line("pkcs8 -topk8 -in key.pem -passout pass:gr\u00fc\u00dfe\u20ac -out pkcs8.pem");

        assertThat(load("legacy.pem", new PasswordConfig.Variable("GREETING")).algorithm())
                .isEqualTo(KeyAlgorithm.RSA);
        assertThat(load("pkcs8.pem", new PasswordConfig.Variable("GREETING")).algorithm())
                .isEqualTo(KeyAlgorithm.RSA);
    }

    /** What stands inside decides: programs that write keys disagree about the label, people rename files and blocks. */
    @ParameterizedTest
    @CsvSource({
        "RSA, pkey -in key.pem -out form.pem, RSA PRIVATE KEY",
        "RSA, pkey -in key.pem -out form.pem, EC PRIVATE KEY",
        "RSA, pkey -in key.pem -out form.pem, ENCRYPTED PRIVATE KEY",
        "RSA, pkey -in key.pem -out form.pem, ANY PRIVATE KEY",
        "RSA, rsa -in key.pem -traditional -out form.pem, PRIVATE KEY",
        "RSA, rsa -in key.pem -traditional -out form.pem, EC PRIVATE KEY",
        "EC -pkeyopt ec_paramgen_curve:P-256, pkey -in key.pem -out form.pem, EC PRIVATE KEY",
        "EC -pkeyopt ec_paramgen_curve:P-256, ec -in key.pem -out form.pem, PRIVATE KEY",
        "EC -pkeyopt ec_paramgen_curve:P-256, ec -in key.pem -out form.pem, RSA PRIVATE KEY",
        "ED25519, pkey -in key.pem -out form.pem, RSA PRIVATE KEY",
        "RSA, pkey -in key.pem -aes256 -passout pass:secret -out form.pem, PRIVATE KEY",
        "RSA, pkey -in key.pem -aes256 -passout pass:secret -out form.pem, RSA PRIVATE KEY"
    })
    void readsAnyFormUnderAnyLabel(String algorithm, String command, String label) {
        certify(algorithm);
        openssl.line(command);
        Pem.write(
                directory.resolve("form.pem"),
                read("form.pem").replaceAll("(BEGIN|END) [A-Z ]*PRIVATE KEY", "$1 " + label));

        assertThat(load("form.pem", new PasswordConfig.Variable("KEY_PASSWORD")).serverNames())
                .containsExactly("example.com");
    }

    /** A boundary is a whole line, as for OpenSSL: what is commented out or quoted is comment. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "#-----BEGIN CERTIFICATE-----\n#rubbish\n#-----END CERTIFICATE-----\n",
                "# -----BEGIN PRIVATE KEY-----\n# rubbish\n# -----END PRIVATE KEY-----\n",
                "// -----BEGIN CERTIFICATE-----\n",
                "; starts with \"-----BEGIN CERTIFICATE-----\" and ends with \"-----END CERTIFICATE-----\"\n",
                "> -----BEGIN RSA PRIVATE KEY-----\n",
                "-----BEGIN CERTIFICATE----- of 2019 was here\n",
                "-----BEGIN PRIVATE KEY\n",
                "-----END CERTIFICATE-----\n"
            })
    void passesOverBoundariesInComments(String comment) {
        certify("RSA");
        Pem.write(directory.resolve("cert.pem"), comment + read("cert.pem") + comment);
        Pem.write(directory.resolve("form.pem"), comment + read("key.pem") + comment);

        assertThat(load("form.pem", new PasswordConfig.None()).serverNames()).containsExactly("example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void readsWhatAnEditorMarkedWithItsEncoding(String charset) throws IOException {
        certify("RSA");
        for (String file : List.of("cert.pem", "key.pem")) {
            Files.writeString(
                    directory.resolve(file),
                    "\ufeff" + read(file).replace("\n", "  \r\n\r\n"),
                    Charset.forName(charset));
        }

        assertThat(load("key.pem", new PasswordConfig.None()).serverNames()).containsExactly("example.com");
    }

    @Test
    void readsOpensslsTrustedCertificates() {
        certify("RSA");
        openssl.line("x509 -in cert.pem -trustout -setalias site -addtrust serverAuth -out trusted.pem");
        Pem.write(directory.resolve("cert.pem"), read("trusted.pem"));

        assertThat(read("cert.pem")).contains("BEGIN TRUSTED CERTIFICATE");
        assertThat(load("key.pem", new PasswordConfig.None()).serverNames()).containsExactly("example.com");
    }

    @Test
    void readsKeyAndChainFromOneFileWithWindowsLineEnds() {
        openssl.line("req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 3 -subj /CN=example.com");
        openssl.line("x509 -in cert.pem -text -out text.pem");
        String both =
                "comment\n" + read("key.pem") + "Bag Attributes\n    friendlyName: x\n" + read("text.pem") + "rubbish";
        Pem.write(directory.resolve("both.pem"), both.replace("\n", "\r\n"));

        Findings findings = new Findings();
        Optional<KeyMaterial> material = load("both.pem", "both.pem", new PasswordConfig.None(), findings);

        assertThat(findings.problems()).isEmpty();
        assertThat(material).isPresent();
    }

    private void certify(String algorithm) {
        openssl.line("genpkey -out key.pem -algorithm " + algorithm);
        openssl.line("req -x509 -key key.pem -out cert.pem -days 3 -subj /CN=example.com");
    }

    private void assertReads(String command, PasswordConfig password) {
        openssl.line(command);

        KeyMaterial material = load("form.pem", password);

        assertThat(material.toString()).doesNotContain("PRIVATE").contains("CN=example.com");
    }

    private KeyMaterial load(String key, PasswordConfig password) {
        Findings findings = new Findings();
        Optional<KeyMaterial> material = load("cert.pem", key, password, findings);
        assertThat(findings.problems()).isEmpty();
        assertThat(findings.warnings()).isEmpty();
        return material.orElseThrow();
    }

    private Optional<KeyMaterial> load(String chain, String key, PasswordConfig password, Findings findings) {
        KeyMaterialLoader loader = new KeyMaterialLoader(KeyFormsTest::variable, Instant.now());
        return loader.load(
                new CertificateConfig.Pem(directory.resolve(chain), directory.resolve(key), password, "conf/x.conf:7"),
                findings);
    }

    private String read(String name) {
        return Pem.read(directory.resolve(name));
    }

    private static String variable(String name) {
        return name.equals("GREETING") ? "gr\u00fc\u00dfe\u20ac" : PASSWORD;
    }
}
