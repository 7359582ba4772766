package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Pem;
import io.sallyport.tls.file.Findings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustAnchorsTest {
    private static final CertificateAuthority ONE = CertificateAuthority.create("One");
    private static final CertificateAuthority TWO = CertificateAuthority.create("Two");

    @TempDir
    private Path directory;

    private final Findings findings = new Findings();

    @Test
    void readsEveryCertificateOfEveryFileOnce() {
        Path both = Pem.write(
                directory.resolve("both.crt"),
                "One\n===\n" + Pem.certificates(List.of(ONE.certificate(), TWO.certificate())));
        Path one = ONE.writePem(directory, "one");

        TrustAnchors anchors = load(both, one);

        assertThat(anchors.certificates()).containsExactly(ONE.certificate(), TWO.certificate());
        assertThat(anchors.sources())
                .extracting(TrustAnchors.Source::name)
                .satisfiesExactly(
                        name -> assertThat(name).endsWith("both.crt"),
                        name -> assertThat(name).endsWith("one.crt"));
        assertThat(findings.problems()).isEmpty();
        assertThat(findings.warnings()).isEmpty();
    }

    @Test
    void readsTheAuthoritiesOfTheJvm() {
        TrustAnchors anchors =
                TrustAnchors.load(List.of(new TrustAnchorConfig.SystemStore()), "", Instant.now(), findings);

        assertThat(anchors.certificates()).hasSizeGreaterThan(50);
        assertThat(anchors.sources())
                .singleElement()
                .extracting(TrustAnchors.Source::name)
                .isEqualTo("system");
    }

    @Test
    void refusesFilesWithoutACertificate() throws IOException {
        IssuedCertificate server = ONE.server("example.com").issue();
        Path key = server.writePem(directory, "tls").key();
        Path empty = Files.createFile(directory.resolve("empty"));

        load(key, empty, directory, directory.resolve("absent"));

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail)
                                .isEqualTo(
                                        "no certificate in the file (found: PRIVATE KEY; expected: a PEM file with one"
                                                + " or more certificates)"),
                        detail -> assertThat(detail).startsWith("is empty"),
                        detail -> assertThat(detail).startsWith("is a directory"),
                        detail -> assertThat(detail).startsWith("no such file"));
    }

    @Test
    void warnsOfAnExpiredAnchor() {
        CertificateAuthority old =
                CertificateAuthority.selfSigned("Old").expired().issueAuthority();

        assertThat(load(old.writePem(directory, "old")).certificates()).hasSize(1);

        assertThat(findings.warnings())
                .singleElement()
                .extracting(ConfigProblem::detail)
                .asString()
                .startsWith("CN=Old expired at ");
    }

    @Test
    void tellsWhichAnchorsCannotIssue() {
        CertificateAuthority leaf = CertificateAuthority.actingAs(
                CertificateAuthority.selfSigned("leaf").client().issue());
        CertificateAuthority lists = CertificateAuthority.selfSigned("lists")
                .keyUsage(KeyUsage.cRLSign)
                .issueAuthority();
        CertificateAuthority odd = CertificateAuthority.selfSigned("odd")
                .unknownCriticalExtension()
                .issueAuthority();
        CertificateAuthority garbled = CertificateAuthority.selfSigned("garbled")
                .extension(Extension.nameConstraints, false, new byte[] {5, 0})
                .issueAuthority();

        load(
                ONE.writePem(directory, "one"),
                leaf.writePem(directory, "leaf"),
                lists.writePem(directory, "lists"),
                odd.writePem(directory, "odd"),
                garbled.writePem(directory, "garbled"));

        assertThat(findings.problems()).isEmpty();
        assertThat(findings.warnings())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail)
                                .isEqualTo(
                                        "CN=leaf may not issue certificates: its basicConstraints say CA:FALSE; it is"
                                                + " trusted as itself alone (expected: an authority, or the very certificate that"
                                                + " is shown)"),
                        detail -> assertThat(detail)
                                .startsWith("CN=lists may not issue certificates: its key usage lacks keyCertSign"),
                        detail -> assertThat(detail)
                                .startsWith("CN=odd lets nobody in: its critical extensions are not known: [1.3.6"),
                        detail -> assertThat(detail)
                                .startsWith("CN=garbled lets nobody in: its name constraints cannot be read"));
    }

    private TrustAnchors load(Path... files) {
        List<TrustAnchorConfig> configs = Stream.of(files)
                .map(file -> (TrustAnchorConfig) new TrustAnchorConfig.PemFile(file))
                .toList();
        return TrustAnchors.load(configs, "conf/x.conf:8", Instant.now(), findings);
    }
}
