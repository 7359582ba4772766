package io.sallyport.tls.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.Pem;
import io.sallyport.testing.PemFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pair of PEM files is told: each fault in one line with file and rule. */
class KeyMaterialLoaderTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Test Root");
    private static final CertificateAuthority INTERMEDIATE =
            ROOT.authority("Test Intermediate").issueAuthority();
    private static final IssuedCertificate SERVER = INTERMEDIATE
            .server("Example.COM", "*.example.com")
            .ip("192.0.2.1", "2001:db8::1")
            .issue();

    @TempDir
    private Path directory;

    private final Findings findings = new Findings();

    @Test
    void readsAWellFormedPairWithoutAWord() {
        KeyMaterial material = load(SERVER.writePem(directory, "tls")).orElseThrow();

        assertThat(material.chain()).isEqualTo(SERVER.chain());
        assertThat(material.serverNames())
                .containsExactly("example.com", "*.example.com", "192.0.2.1", "2001:db8:0:0:0:0:0:1");
        assertThat(material.name()).endsWith("tls.crt");
        assertThat(material.notAfter()).isAfter(Instant.now());
        assertThat(material.toString()).contains("CN=Example.COM").doesNotContain("key=");
        assertNothingFound();
    }

    @Test
    void takesTheCommonNameOnlyWhereThereIsNoAlternativeNameAtAll() {
        IssuedCertificate named =
                CertificateAuthority.selfSigned("Old.example.com").server().issue();
        IssuedCertificate uriOnly = CertificateAuthority.selfSigned("old.example.com")
                .server()
                .uri("spiffe://prod/web")
                .issue();
        IssuedCertificate prose =
                CertificateAuthority.selfSigned("My web server").server().issue();

        assertThat(load(named.writePem(directory, "named")).orElseThrow().serverNames())
                .containsExactly("old.example.com");
        assertThat(load(uriOnly.writePem(directory, "uri")).orElseThrow().serverNames())
                .isEmpty();
        assertThat(load(prose.writePem(directory, "prose")).orElseThrow().serverNames())
                .isEmpty();
    }

    @Test
    void readsAlternativeNamesThatTheJdkPassesOver() {
        IssuedCertificate odd =
                ROOT.server("under_score.example.com", "good.example.com").issue();

        assertThat(load(odd.writePem(directory, "odd")).orElseThrow().serverNames())
                .containsExactly("under_score.example.com", "good.example.com");
    }

    @Test
    void refusesTheKeyOfAnotherCertificate() {
        PemFiles files = SERVER.writePem(directory, "tls");
        IssuedCertificate other = ROOT.server("other.example.com").issue();
        PemFiles others = other.writePem(directory, "other");

        assertThat(load(new PemFiles(files.chain(), others.key()))).isEmpty();
        assertProblem("other.key: private key does not match the certificate in "
                + Findings.display(files.chain())
                + " (expected: the key of CN=Example.COM)");
    }

    @Test
    void refusesAKeyOfAnotherTypeThanTheCertificate() {
        PemFiles files = SERVER.writePem(directory, "tls");
        PemFiles others =
                ROOT.server("rsa.example.com").key(KeyKind.RSA_2048).issue().writePem(directory, "rsa");

        assertThat(load(new PemFiles(files.chain(), others.key()))).isEmpty();
        assertProblem("rsa.key: private key does not match the certificate");
    }

    @Test
    void tellsOfBothFilesAtOnce() {
        load(new PemFiles(directory.resolve("no.crt"), directory.resolve("no.key")));

        assertThat(findings.problems())
                .extracting(ConfigProblem::toString)
                .satisfiesExactly(
                        problem -> assertThat(problem)
                                .startsWith("conf/x.conf:7: ")
                                .endsWith("no.crt: no such file (expected: a PEM file with the certificate chain, leaf"
                                        + " first)"),
                        problem -> assertThat(problem)
                                .endsWith("no.key: no such file (expected: a PEM file with the private key)"));
    }

    @Test
    void refusesADirectoryAnEmptyFileAndProse() throws IOException {
        PemFiles files = SERVER.writePem(directory, "tls");
        Path empty = Files.createFile(directory.resolve("empty.crt"));
        Path prose = Files.writeString(directory.resolve("prose.crt"), "my certificate");
        Path der = Files.write(
                directory.resolve("der.crt"),
                SERVER.chain().get(0).getPublicKey().getEncoded());

        load(new PemFiles(directory, files.key()));
        load(new PemFiles(empty, files.key()));
        load(new PemFiles(prose, files.key()));
        load(new PemFiles(der, files.key()));
        load(new PemFiles(files.chain(), empty));

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).startsWith("is a directory (expected: "),
                        detail -> assertThat(detail).startsWith("is empty (expected: "),
                        detail -> assertThat(detail).startsWith("no certificate in the file (no PEM block; expected: "),
                        detail ->
                                assertThat(detail).startsWith("no certificate in the file (looks like DER; expected: "),
                        detail ->
                                assertThat(detail).startsWith("is empty (expected: a PEM file with the private key)"));
    }

    @Test
    void refusesACutOffBlockWithItsLine() {
        PemFiles files = SERVER.writePem(directory, "tls");
        String chain = SERVER.chainPem();
        Pem.write(files.chain(), "# comment\n" + chain.substring(0, chain.indexOf("-----END")));

        load(files);
        assertProblem("tls.crt:2: BEGIN CERTIFICATE is followed by the end of the file (expected: -----END"
                + " CERTIFICATE-----)");
    }

    @Test
    void refusesABlockThatRunsIntoTheNext() {
        PemFiles files = SERVER.writePem(directory, "tls");
        Pem.write(files.chain(), SERVER.chainPem().replaceFirst("-----END CERTIFICATE-----\n", ""));

        load(files);
        assertProblem("BEGIN CERTIFICATE is followed by -----BEGIN CERTIFICATE----- in line ");
    }

    @Test
    void refusesDamagedBlocks() {
        PemFiles files = SERVER.writePem(directory, "tls");
        Pem.write(files.chain(), "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
        load(files);
        Pem.write(files.chain(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        load(files);
        Pem.write(files.chain(), SERVER.chainPem());
        Pem.write(files.key(), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        load(files);
        Pem.write(files.key(), "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
        load(files);
        Pem.write(files.key(), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        load(files);

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).startsWith("CERTIFICATE is not Base64"),
                        detail -> assertThat(detail).startsWith("not a certificate: "),
                        detail -> assertThat(detail).startsWith("not a private key (expected: an undamaged PRIVATE"),
                        detail -> assertThat(detail).startsWith("not a private key (expected: an undamaged EC"),
                        detail -> assertThat(detail).startsWith("not a private key (expected: an undamaged ENC"));
    }

    @Test
    void tellsWhatIsInTheFileInstead() {
        PemFiles files = SERVER.writePem(directory, "tls");

        load(new PemFiles(files.key(), files.chain()));

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail)
                                .startsWith("no certificate in the file (found: PRIVATE KEY; expected: "),
                        detail -> assertThat(detail)
                                .startsWith("no private key in the file (found: CERTIFICATE; expected: "));
    }

    @Test
    void refusesSeveralKeys() {
        PemFiles files = SERVER.writePem(directory, "tls");
        Pem.write(files.key(), SERVER.keyPem() + SERVER.keyPem());

        load(files);
        assertProblem("tls.key: 2 private keys in the file, in lines 1, 5 (expected: one)");
    }

    @ParameterizedTest
    @CsvSource({
        "genpkey -out odd.key -algorithm RSA -pkeyopt rsa_keygen_bits:1024, RSA key of 1024 bits",
        "genpkey -out odd.key -algorithm ED448, Ed448 key",
        "genpkey -out odd.key -algorithm X25519, X25519 key",
        "genpkey -out odd.key -algorithm RSA-PSS, RSA-PSS key",
        "genpkey -out odd.key -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1, EC key on curve secp256k1",
        "ecparam -out odd.key -name brainpoolP256r1 -genkey -noout, EC key on curve brainpoolP256r1",
        "ecparam -out odd.key -name prime256v1 -genkey -noout -param_enc explicit, EC (explicit parameters) key",
        "dsaparam -out odd.key -genkey 1024, DSA key"
    })
    void refusesOtherTypesOfKeysByName(String command, String found) {
        PemFiles files = SERVER.writePem(directory, "tls");
        new Openssl(directory).line(command);

        load(new PemFiles(files.chain(), directory.resolve("odd.key")));

        assertThat(findings.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).contains("odd.key");
            assertThat(problem.detail())
                    .startsWith(found)
                    .contains("RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or Ed25519");
        });
    }

    @Test
    void refusesAnOpensshKeyByName() {
        PemFiles files = SERVER.writePem(directory, "tls");
        Pem.write(files.key(), Pem.block("OPENSSH PRIVATE KEY", new byte[] {1, 2, 3}));

        load(files);
        assertProblem("tls.key:1: OPENSSH PRIVATE KEY (expected: ");
    }

    @Test
    void refusesAWrongPassword() {
        PemFiles files = SERVER.writePem(directory, "tls");
        new Openssl(directory).line("pkcs8 -topk8 -in tls.key -out encrypted.key -passout pass:right");
        PemFiles encrypted = new PemFiles(files.chain(), directory.resolve("encrypted.key"));
        Path wrong = Pem.write(directory.resolve("wrong"), "wrong\n");

        load(encrypted, new PasswordConfig.None());
        load(encrypted, new PasswordConfig.File(wrong));
        load(encrypted, new PasswordConfig.File(directory.resolve("absent")));
        load(encrypted, new PasswordConfig.File(directory));
        load(encrypted, new PasswordConfig.Variable("UNSET"));

        assertThat(findings.problems())
                .extracting(ConfigProblem::toString)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .endsWith(
                                        "encrypted.key:1: the key is encrypted (expected: password-file or password-env"
                                                + " with its password)"),
                        line -> assertThat(line)
                                .endsWith("encrypted.key:1: wrong password (expected: the one that the key is encrypted"
                                        + " with)"),
                        line -> assertThat(line)
                                .endsWith("absent: no such file (expected: a file with the password; it may be empty)"),
                        line -> assertThat(line)
                                .endsWith(": is a directory (expected: a file with the password; it may be empty)"),
                        line -> assertThat(line)
                                .endsWith("tls.crt: password-env: the environment variable UNSET is not set (expected:"
                                        + " the password; it may be empty)"));
    }

    @Test
    void takesOneNewlineOffThePasswordAndNoMore() {
        PemFiles files = SERVER.writePem(directory, "tls");
        new Openssl(directory).run("pkcs8", "-topk8", "-in", "tls.key", "-out", "e.key", "-passout", "pass:right ");
        PemFiles encrypted = new PemFiles(files.chain(), directory.resolve("e.key"));

        for (String ending : List.of("", "\n", "\r\n")) {
            Path password = Pem.write(directory.resolve("password"), "right " + ending);
            assertThat(load(encrypted, new PasswordConfig.File(password))).isPresent();
        }
        assertThat(load(encrypted, new PasswordConfig.File(Pem.write(directory.resolve("password"), "right \n\n"))))
                .isEmpty();
    }

    @Test
    void warnsOfCertificatesOutsideTheirValidity() {
        load(ROOT.server("late.example.com").expired().issue().writePem(directory, "late"));
        load(ROOT.server("early.example.com").notYetValid().issue().writePem(directory, "early"));

        assertThat(findings.problems()).isEmpty();
        assertThat(findings.warnings())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).startsWith("CN=late.example.com expired at 20"),
                        detail -> assertThat(detail).startsWith("CN=early.example.com is not valid before 20"));
    }

    @Test
    void repairsTheOrderOfTheChain() {
        CertificateAuthority lower = INTERMEDIATE.authority("Lower").issueAuthority();
        IssuedCertificate leaf = lower.server("example.com").issue();
        PemFiles files = leaf.writePem(directory, "tls");
        Pem.write(
                files.chain(),
                Pem.certificates(
                        List.of(ROOT.certificate(), INTERMEDIATE.certificate(), leaf.leaf(), lower.certificate())));

        KeyMaterial material = load(files).orElseThrow();

        assertThat(material.chain())
                .containsExactly(leaf.leaf(), lower.certificate(), INTERMEDIATE.certificate(), ROOT.certificate());
        assertThat(findings.warnings())
                .extracting(ConfigProblem::detail)
                .containsExactly(
                        "the chain is not in order; it is sent as CN=example.com < CN=Lower < CN=Test Intermediate <"
                                + " CN=Test Root (expected: leaf first, each issued by the next)");
    }

    @Test
    void leavesOutWhatIsNoPartOfTheChain() {
        CertificateAuthority stranger = CertificateAuthority.create("Stranger");
        PemFiles files = SERVER.writePem(directory, "tls");
        Pem.write(
                files.chain(),
                SERVER.chainPem() + Pem.certificate(stranger.certificate()) + Pem.certificate(SERVER.leaf()));

        KeyMaterial material = load(files).orElseThrow();

        assertThat(material.chain()).isEqualTo(SERVER.chain());
        assertThat(findings.warnings())
                .extracting(ConfigProblem::detail)
                .containsExactly(
                        "not part of the chain, left out: CN=Stranger (expected: the leaf and its issuers)",
                        "listed twice: CN=Example.COM (expected: the leaf and its issuers)");
    }

    @Test
    void tellsOfAMissingIntermediateAsFarAsItCanBeKnown() {
        IssuedCertificate publicly = INTERMEDIATE
                .server("public.example.com")
                .issuerUrl("http://ca.example/intermediate.der")
                .issue();
        PemFiles files = publicly.writePem(directory, "public");
        Pem.write(files.chain(), Pem.certificate(publicly.leaf()));
        load(files);
        PemFiles privately = ROOT.server("private.example.com").issue().writePem(directory, "private");
        load(privately);

        assertThat(findings.warnings())
                .singleElement()
                .extracting(ConfigProblem::detail)
                .asString()
                .startsWith("the intermediate certificate CN=Test Intermediate is missing");
        assertThat(findings.notes())
                .singleElement()
                .extracting(ConfigProblem::detail)
                .asString()
                .startsWith("the chain is a leaf alone, issued by CN=Test Root: if that is not a root");
    }

    private Optional<KeyMaterial> load(PemFiles files) {
        return load(files, new PasswordConfig.None());
    }

    private Optional<KeyMaterial> load(PemFiles files, PasswordConfig password) {
        return new KeyMaterialLoader(name -> null, Instant.now())
                .load(new CertificateConfig.Pem(files.chain(), files.key(), password, "conf/x.conf:7"), findings);
    }

    private void assertProblem(String text) {
        assertThat(findings.problems())
                .singleElement()
                .extracting(ConfigProblem::toString)
                .asString()
                .contains(text);
    }

    private void assertNothingFound() {
        assertThat(findings.problems()).isEmpty();
        assertThat(findings.warnings()).isEmpty();
        assertThat(findings.notes()).isEmpty();
    }
}
