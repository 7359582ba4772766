package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ClientAuths;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.Pem;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.trust.ClientTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Revocation lists: how they are read, and what they mean under both policies. */
class CrlsTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Test Root");
    private static final CertificateAuthority INTERMEDIATE =
            ROOT.authority("Test Intermediate").issueAuthority();
    private static final IssuedCertificate CLIENT = INTERMEDIATE.client("ops").issue();

    @TempDir
    private Path directory;

    private final Findings findings = new Findings();
    private Instant now = Instant.now();

    @ParameterizedTest
    @EnumSource
    void refusesWhoIsOnAListAndTakesWhoIsNot(CrlPolicy policy) {
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));
        Path clean = INTERMEDIATE.revocations().writeDer(directory.resolve("clean.crl"));
        Path named = INTERMEDIATE.revocations().revoke(CLIENT.leaf()).writeDer(directory.resolve("named.crl"));

        assertThat(judge(policy, root, clean)).isNull();
        ClientCertificateException refusal = Objects.requireNonNull(judge(policy, root, named));

        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.REVOKED);
        assertThat(refusal).hasMessageContaining("CN=ops").hasMessageContaining(", KEY_COMPROMISE, by ");
    }

    @ParameterizedTest
    @EnumSource
    void looksIntermediatesUpToo(CrlPolicy policy) {
        Path root = ROOT.revocations().revoke(INTERMEDIATE.certificate()).writePem(directory.resolve("root.crl"));

        ClientCertificateException refusal = Objects.requireNonNull(judge(policy, root));

        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.REVOKED);
        assertThat(refusal).hasMessageStartingWith("CN=Test Intermediate");
    }

    @Test
    void missesAListOnlyUnderHardFail() {
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));

        assertThat(judge(CrlPolicy.SOFT_FAIL, root)).isNull();
        assertThat(failure(CrlPolicy.HARD_FAIL, root)).isEqualTo(ClientCertificateFailure.CRL_UNAVAILABLE);
    }

    @Test
    void takesAnExpiredListOnlyUnderSoftFailAndForWhatItNames() {
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));
        Path late = INTERMEDIATE.revocations().expired().writePem(directory.resolve("late.crl"));
        Path named =
                INTERMEDIATE.revocations().expired().revoke(CLIENT.leaf()).writePem(directory.resolve("named.crl"));

        assertThat(judge(CrlPolicy.SOFT_FAIL, root, late)).isNull();
        assertThat(failure(CrlPolicy.HARD_FAIL, root, late)).isEqualTo(ClientCertificateFailure.CRL_EXPIRED);
        assertThat(failure(CrlPolicy.SOFT_FAIL, root, named)).isEqualTo(ClientCertificateFailure.REVOKED);
    }

    @Test
    void seesAListExpireWhileItIsInUse() {
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));
        Path list = INTERMEDIATE.revocations().writePem(directory.resolve("list.crl"));
        ClientTrust trust = trust(CrlPolicy.HARD_FAIL, load(root, list));

        assertThatCode(() -> trust.judge(CLIENT.chain())).doesNotThrowAnyException();
        now = now.plus(Duration.ofDays(8));

        ClientCertificateException refusal =
                catchThrowableOfType(ClientCertificateException.class, () -> trust.judge(CLIENT.chain()));
        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.CRL_EXPIRED);
    }

    @Test
    void takesNoListThatAnotherOfTheSameNameSigned() {
        CertificateAuthority impostor = CertificateAuthority.create("Test Intermediate");
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));
        Path forged = impostor.revocations().revoke(CLIENT.leaf()).writePem(directory.resolve("forged.crl"));

        assertThat(judge(CrlPolicy.SOFT_FAIL, root, forged)).isNull();
        assertThat(failure(CrlPolicy.HARD_FAIL, root, forged)).isEqualTo(ClientCertificateFailure.CRL_UNAVAILABLE);
    }

    @Test
    void takesNoListOfAuthoritiesForAClient() {
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));
        Path authorities = INTERMEDIATE.revocations().onlyAuthorities().writePem(directory.resolve("ca.crl"));

        assertThat(failure(CrlPolicy.HARD_FAIL, root, authorities)).isEqualTo(ClientCertificateFailure.CRL_UNAVAILABLE);
    }

    @Test
    void readsSeveralListsOfOneFile() {
        Path both = Pem.write(
                directory.resolve("both.crl"),
                "# the root's\n" + ROOT.revocations().pem()
                        + INTERMEDIATE.revocations().revoke(CLIENT.leaf()).pem());

        Crls lists = load(both);

        assertThat(lists.nextUpdates())
                .extracting(Crls.NextUpdate::name)
                .satisfiesExactly(
                        name -> assertThat(name).endsWith("both.crl"),
                        name -> assertThat(name).endsWith("both.crl#2"));
        assertThat(failure(CrlPolicy.HARD_FAIL, both)).isEqualTo(ClientCertificateFailure.REVOKED);
    }

    @Test
    void warnsOfListsThatMayNotCount() {
        Path foreign = CertificateAuthority.create("Other").revocations().writePem(directory.resolve("foreign.crl"));
        Path late = ROOT.revocations().expired().writePem(directory.resolve("late.crl"));

        load(foreign, late);

        assertThat(findings.problems()).isEmpty();
        assertThat(findings.warnings())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).startsWith("is of CN=Other, which is no trust anchor; "),
                        detail -> assertThat(detail).startsWith("the revocation list of CN=Test Root is of 20"));
    }

    @ParameterizedTest
    @EnumSource
    void refusesAListThatTheAnchorOfItsNameDidNotSign(CrlPolicy policy) {
        Path good = ROOT.revocations().writePem(directory.resolve("good.crl"));
        Path forged = CertificateAuthority.create("Test Root").revocations().writePem(directory.resolve("forged.crl"));

        load(policy, good, forged);

        assertThat(findings.problems())
                .singleElement()
                .extracting(ConfigProblem::toString)
                .asString()
                .startsWith(
                        "conf/x.conf:9: " + forged + ": is not signed by the trust anchor CN=Test Root (expected: ");
    }

    @Test
    void refusesAnExpiredListUnderHardFail() {
        Path late = ROOT.revocations().expired().writePem(directory.resolve("late.crl"));

        load(CrlPolicy.HARD_FAIL, late);

        assertThat(findings.problems())
                .singleElement()
                .extracting(ConfigProblem::detail)
                .asString()
                .startsWith("the revocation list of CN=Test Root is of 20")
                .endsWith(" (expected: a current one, as crl-policy is hard-fail)");
    }

    @ParameterizedTest
    @CsvSource({"HARD_FAIL, nobody", "SOFT_FAIL, whom a trust anchor revoked"})
    void refusesListsOfOthersAlone(CrlPolicy policy, String letIn) {
        Path foreign = CertificateAuthority.create("Other").revocations().writePem(directory.resolve("foreign.crl"));
        Path intermediate = INTERMEDIATE.revocations().writePem(directory.resolve("intermediate.crl"));

        load(policy, foreign, intermediate);

        assertThat(findings.problems())
                .singleElement()
                .extracting(ConfigProblem::detail)
                .isEqualTo("neither this nor another list is of a trust anchor, so that " + letIn
                        + " would be let in (expected: a list of each trust anchor)");
    }

    @Test
    void refusesFilesThatAreNoList() throws IOException {
        Path certificate = ROOT.writePem(directory, "root");
        Path empty = Files.createFile(directory.resolve("empty"));
        byte[] der = ROOT.revocations().der();
        Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(der, der.length / 2));
        Path prose = Files.writeString(directory.resolve("prose"), "nobody");
        Path delta = ROOT.revocations().delta().writePem(directory.resolve("delta.crl"));

        load(certificate, empty, cut, prose, delta, directory, directory.resolve("absent"));

        assertThat(findings.problems())
                .extracting(ConfigProblem::detail)
                .satisfiesExactly(
                        detail -> assertThat(detail).startsWith("no revocation list in the file (found: CERTIFICATE; "),
                        detail -> assertThat(detail).startsWith("is empty (expected: "),
                        detail -> assertThat(detail).startsWith("not a revocation list: "),
                        detail -> assertThat(detail).startsWith("no revocation list in the file (no PEM block; "),
                        detail -> assertThat(detail).startsWith("is a delta list (expected: a complete one)"),
                        detail -> assertThat(detail).startsWith("is a directory"),
                        detail -> assertThat(detail).startsWith("no such file"));
    }

    @Test
    void asksTheListOfTheRootAboutAnIntermediateThatIsListedBesideIt() {
        TrustAnchors both = listed(ROOT, INTERMEDIATE);
        Path revoked = ROOT.revocations().revoke(INTERMEDIATE.certificate()).writePem(directory.resolve("revoked.crl"));
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));
        Path own = INTERMEDIATE.revocations().writePem(directory.resolve("own.crl"));

        assertThat(failure(both, CrlPolicy.SOFT_FAIL, CLIENT, revoked)).isEqualTo(ClientCertificateFailure.REVOKED);
        assertThat(failure(both, CrlPolicy.HARD_FAIL, CLIENT, revoked, own))
                .isEqualTo(ClientCertificateFailure.REVOKED);
        assertThat(failure(both, CrlPolicy.HARD_FAIL, CLIENT, own)).isEqualTo(ClientCertificateFailure.CRL_UNAVAILABLE);
        assertThat(failure(both, CrlPolicy.SOFT_FAIL, CLIENT, own)).isNull();
        assertThat(failure(both, CrlPolicy.HARD_FAIL, CLIENT, root, own)).isNull();
        assertThat(failure(listed(INTERMEDIATE), CrlPolicy.HARD_FAIL, CLIENT, own))
                .as("an intermediate whose issuer is not listed is the end of the chain")
                .isNull();
    }

    @Test
    void asksTheListOfTheRootAboutAClientThatIsListedBesideIt() {
        IssuedCertificate client = ROOT.client("ops").issue();
        TrustAnchors both = listed(ROOT, CertificateAuthority.actingAs(client));
        Path revoked = ROOT.revocations().revoke(client.leaf()).writePem(directory.resolve("revoked.crl"));
        Path root = ROOT.revocations().writePem(directory.resolve("root.crl"));

        assertThat(failure(both, CrlPolicy.SOFT_FAIL, client, revoked)).isEqualTo(ClientCertificateFailure.REVOKED);
        assertThat(failure(both, CrlPolicy.HARD_FAIL, client, root)).isNull();
    }

    @Test
    void countsNoListOfAnIssuerThatMaySignNone() {
        CertificateAuthority issuer = CertificateAuthority.selfSigned("No lists")
                .keyUsage(KeyUsage.keyCertSign)
                .issueAuthority();
        IssuedCertificate client = issuer.client("ops").issue();
        Path list = issuer.revocations().writePem(directory.resolve("list.crl"));

        assertThat(failure(listed(issuer), CrlPolicy.HARD_FAIL, client, list))
                .isEqualTo(ClientCertificateFailure.CRL_UNAVAILABLE);
    }

    @Test
    void readsTheListOfAnAuthorityOnACurveThatTheJdkHasNot() {
        CertificateAuthority issuer = CertificateAuthority.selfSigned("Brainpool")
                .key(KeyKind.otherCurve("brainpoolP256r1"))
                .issueAuthority();
        IssuedCertificate good = issuer.client("good").issue();
        IssuedCertificate bad = issuer.client("bad").issue();
        Path list = issuer.revocations().revoke(bad.leaf()).writePem(directory.resolve("list.crl"));

        assertThat(failure(listed(issuer), CrlPolicy.HARD_FAIL, good, list)).isNull();
        assertThat(failure(listed(issuer), CrlPolicy.HARD_FAIL, bad, list)).isEqualTo(ClientCertificateFailure.REVOKED);
    }

    private static TrustAnchors listed(CertificateAuthority... authorities) {
        return new TrustAnchors(List.of(new TrustAnchors.Source(
                "listed",
                Arrays.stream(authorities)
                        .map(CertificateAuthority::certificate)
                        .toList())));
    }

    private @Nullable ClientCertificateFailure failure(
            TrustAnchors anchors, CrlPolicy policy, IssuedCertificate client, Path... files) {
        ClientAuthConfig config = new ClientAuthConfig(
                Mode.REQUIRE,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                policy,
                4,
                true,
                List.of(),
                List.of(),
                new Place(""));
        Crls crls = Crls.load(ClientAuths.files(List.of(files), policy, ""), anchors, now, findings);
        try {
            new ClientTrust(config, anchors, crls, () -> now).judge(client.chain());
            return null;
        } catch (ClientCertificateException e) {
            return e.failure();
        }
    }

    private @Nullable ClientCertificateFailure failure(CrlPolicy policy, Path... files) {
        @Nullable ClientCertificateException refusal = judge(policy, files);
        return refusal == null ? null : refusal.failure();
    }

    private @Nullable ClientCertificateException judge(CrlPolicy policy, Path... files) {
        try {
            trust(policy, load(files)).judge(CLIENT.chain());
            return null;
        } catch (ClientCertificateException e) {
            return e;
        }
    }

    private ClientTrust trust(CrlPolicy policy, Crls crls) {
        ClientAuthConfig config = new ClientAuthConfig(
                Mode.REQUIRE,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                policy,
                4,
                true,
                List.of(),
                List.of(),
                new Place(""));
        return new ClientTrust(config, anchors(), crls, () -> now);
    }

    private Crls load(Path... files) {
        return load(CrlPolicy.SOFT_FAIL, files);
    }

    private Crls load(CrlPolicy policy, Path... files) {
        return Crls.load(ClientAuths.files(List.of(files), policy, "conf/x.conf:9"), anchors(), now, findings);
    }

    private static TrustAnchors anchors() {
        return new TrustAnchors(List.of(new TrustAnchors.Source("root", List.of(ROOT.certificate()))));
    }
}
