package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.CertificateRequest;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.ProxyUnderTest;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.ClientCertificateFailure;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which chains are taken, and why the others are not. */
class ClientTrustTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Test Root");

    private Instant now = Instant.now();
    private int maxDepth = 4;

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RSA_1024", "ED448"})
    void takesEveryTypeOfKey(KeyKind kind) throws ClientCertificateException {
        CertificateAuthority root = CertificateAuthority.create("Any Root", kind);
        IssuedCertificate client = root.client("ops").key(kind).issue();

        VerifiedClient verified = trust(root).judge(client.chain());

        assertThat(verified.identity().commonName()).isEqualTo("ops");
        assertThat(verified.path()).containsExactly(client.leaf(), root.certificate());
        assertThat(verified.decision()).isEqualTo(new AccessRules.Decision(true, "allow is empty"));
    }

    @Test
    void takesIntermediatesInAnyOrderAndWithTheRoot() throws ClientCertificateException {
        CertificateAuthority upper = ROOT.authority("Upper").issueAuthority();
        CertificateAuthority lower = upper.authority("Lower").issueAuthority();
        X509Certificate client = lower.client("ops").issue().leaf();
        CertificateAuthority stranger = CertificateAuthority.create("Stranger");

        VerifiedClient verified = trust(ROOT)
                .judge(List.of(
                        client, ROOT.certificate(), stranger.certificate(), upper.certificate(), lower.certificate()));

        assertThat(verified.path())
                .containsExactly(client, lower.certificate(), upper.certificate(), ROOT.certificate());
    }

    @Test
    void takesAnIntermediateAsAnAnchor() throws ClientCertificateException {
        CertificateAuthority intermediate = ROOT.authority("Intermediate").issueAuthority();

        VerifiedClient verified =
                trust(intermediate).judge(intermediate.client("ops").issue().chain());

        assertThat(verified.path()).hasSize(2).endsWith(intermediate.certificate());
    }

    @Test
    void takesAClientThatIsItselfAnAnchor() throws ClientCertificateException {
        IssuedCertificate alone =
                CertificateAuthority.selfSigned("ops").client().issue();
        TrustAnchors anchors = new TrustAnchors(List.of(new TrustAnchors.Source("alone", alone.chain())));
        ClientTrust trust =
                new ClientTrust(config(Mode.REQUIRE, List.of(), List.of()), anchors, Crls.none(), () -> now);

        assertThat(trust.judge(alone.chain()).path()).containsExactly(alone.leaf());

        now = now.plus(Duration.ofDays(500));
        assertThat(refusal(trust, alone.chain()).failure()).isEqualTo(ClientCertificateFailure.EXPIRED);
    }

    @Test
    void findsTheWayThroughCrossSignedAuthorities() throws ClientCertificateException {
        CertificateAuthority otherRoot = CertificateAuthority.create("Other Root");
        var keys = KeyKind.EC_P256.generate();
        CertificateAuthority byOther = otherRoot.authority("Shared").key(keys).issueAuthority();
        CertificateAuthority byUs = ROOT.authority("Shared").key(keys).issueAuthority();
        X509Certificate client = byUs.client("ops").issue().leaf();

        assertThat(trust(ROOT)
                        .judge(List.of(client, byOther.certificate(), byUs.certificate()))
                        .path())
                .containsExactly(client, byUs.certificate(), ROOT.certificate());
    }

    @Test
    void takesTheAnchorThatSignedAmongSeveralOfOneName() throws ClientCertificateException {
        CertificateAuthority before = CertificateAuthority.create("Rolled Root");
        CertificateAuthority after = CertificateAuthority.create("Rolled Root");

        assertThat(trust(before, after)
                        .judge(after.client("ops").issue().chain())
                        .path())
                .endsWith(after.certificate());
    }

    @Test
    void endsSoonWhereAuthoritiesOfOneNameIssueEachOther() {
        List<X509Certificate> chain = new ArrayList<>();
        CertificateAuthority issuer = CertificateAuthority.create("Loop");
        for (int i = 0; i < 9; i++) {
            issuer = issuer.authority("Loop").issueAuthority();
            chain.add(issuer.certificate());
        }
        chain.add(0, issuer.client("ops").issue().leaf());
        Instant start = Instant.now();

        assertThat(refusal(trust(ROOT), chain).failure()).isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
        assertThat(Duration.between(start, Instant.now())).isLessThan(ProxyUnderTest.PATIENCE);
    }

    @Test
    void namesSubjectIssuerAndDatesInTheRefusal() {
        IssuedCertificate late = ROOT.client("late").serial(0xabc).expired().issue();

        ClientCertificateException refusal = refusal(trust(ROOT), late.chain());

        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.EXPIRED);
        assertThat(refusal)
                .hasMessage("CN=late, issued by CN=Test Root, serial abc, valid from "
                        + late.leaf().getNotBefore().toInstant() + " to "
                        + late.leaf().getNotAfter().toInstant() + ": expired at "
                        + late.leaf().getNotAfter().toInstant());
    }

    @Test
    void keepsControlCharactersOfTheClientOutOfTheRefusal() {
        IssuedCertificate evil = CertificateAuthority.selfSigned("x\\0A2026 INFO all is well\\07")
                .issue();

        assertThat(refusal(trust(ROOT), evil.chain()).getMessage()).doesNotContain("\n", "\u0007");
    }

    @Test
    void refusesAnExpiredIntermediateByItsName() {
        CertificateAuthority old = ROOT.authority("Old").expired().issueAuthority();

        ClientCertificateException refusal =
                refusal(trust(ROOT), old.client("ops").issue().chain());

        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.EXPIRED);
        assertThat(refusal).hasMessageStartingWith("CN=Old, issued by CN=Test Root");
    }

    @Test
    void refusesWhatLeadsToNoAnchor() {
        CertificateAuthority stranger = CertificateAuthority.create("Stranger");
        CertificateAuthority intermediate = ROOT.authority("Intermediate").issueAuthority();

        assertThat(refusal(trust(ROOT), stranger.client("ops").issue().chain()).failure())
                .isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
        assertThat(refusal(
                                trust(ROOT),
                                CertificateAuthority.selfSigned("ops").issue().chain())
                        .failure())
                .isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
        assertThat(refusal(
                                trust(ROOT),
                                List.of(intermediate.client("ops").issue().leaf()))
                        .failure())
                .isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
    }

    @Test
    void refusesAnIssuerThatIsNoAuthority() {
        IssuedCertificate leaf = ROOT.client("mallory").issue();
        CertificateAuthority self = CertificateAuthority.actingAs(leaf);

        assertThat(refusal(trust(ROOT), self.client("ops").issue().chain()).failure())
                .isEqualTo(ClientCertificateFailure.UNKNOWN_ISSUER);
    }

    @Test
    void refusesOtherPurposes() {
        CertificateAuthority servers = ROOT.authority("Servers").server().issueAuthority();
        List<IssuedCertificate> wrong = List.of(
                ROOT.server("example.com").issue(),
                ROOT.client("agree").keyUsage(KeyUsage.keyAgreement).issue(),
                servers.client("below").issue());

        for (IssuedCertificate client : wrong) {
            assertThat(refusal(trust(ROOT), client.chain()).failure())
                    .isEqualTo(ClientCertificateFailure.WRONG_PURPOSE);
        }
    }

    @Test
    void takesACertificateWithoutAnyPurpose() throws ClientCertificateException {
        CertificateRequest plain = ROOT.client("plain").anyPurpose();

        assertThat(trust(ROOT).judge(plain.issue().chain()).decision().allowed())
                .isTrue();
    }

    @Test
    void countsIntermediatesAsDepth() throws ClientCertificateException {
        IssuedCertificate direct = ROOT.client("direct").issue();
        CertificateAuthority upper = ROOT.authority("Upper").issueAuthority();
        IssuedCertificate below = upper.client("below").issue();
        IssuedCertificate deep =
                upper.authority("Lower").issueAuthority().client("deep").issue();

        maxDepth = 0;
        assertThat(trust(ROOT).judge(direct.chain()).path()).hasSize(2);
        assertThat(refusal(trust(ROOT), below.chain()).failure()).isEqualTo(ClientCertificateFailure.CHAIN_TOO_DEEP);
        maxDepth = 1;
        assertThat(trust(ROOT).judge(below.chain()).path()).hasSize(3);
        assertThat(refusal(trust(ROOT), deep.chain()))
                .hasMessageContaining("2 intermediates up to CN=Test Root (expected: max-depth, 1, or fewer)");
    }

    @Test
    void keepsTheDepthThatAnAuthorityAllows() {
        CertificateAuthority last = ROOT.authority("Last").pathLength(0).issueAuthority();
        CertificateAuthority below = last.authority("Below").issueAuthority();

        assertThat(refusal(trust(ROOT), below.client("ops").issue().chain()).failure())
                .isEqualTo(ClientCertificateFailure.CHAIN_TOO_DEEP);
    }

    @Test
    void asksTheRulesLast() throws CertificateParsingException, ClientCertificateException {
        IssuedCertificate ops = ROOT.client("ops").issue();
        IssuedCertificate dev = ROOT.client("dev").issue();
        ClientTrust trust = new ClientTrust(
                config(Mode.REQUIRE, List.of(cn("ops")), List.of()), anchors(ROOT), Crls.none(), () -> now);

        assertThat(trust.judge(ops.chain()).decision().rule()).isEqualTo("allow { cn = \"ops\" }");
        ClientCertificateException refusal = refusal(trust, dev.chain());
        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.REFUSED_BY_RULE);
        assertThat(refusal).hasMessageEndingWith(": refused: no allow rule speaks of it");
    }

    @Test
    void knowsAPinnedClientByItsKeyAlone() throws CertificateParsingException, ClientCertificateException {
        IssuedCertificate pinned = CertificateAuthority.selfSigned("pinned").issue();
        IssuedCertificate other = CertificateAuthority.selfSigned("pinned").issue();
        String pin = ClientIdentity.of(pinned.leaf()).spkiSha256();
        ClientTrust trust = new ClientTrust(
                config(Mode.PINNED, List.of(new AccessRuleConfig(List.of(new AccessRuleConfig.Key(pin)))), List.of()),
                anchors(ROOT),
                Crls.none(),
                () -> now);

        assertThat(trust.judge(pinned.chain()).path()).containsExactly(pinned.leaf());
        assertThat(refusal(trust, other.chain()).failure()).isEqualTo(ClientCertificateFailure.REFUSED_BY_RULE);
        assertThat(refusal(trust, ROOT.client("pinned").issue().chain()).failure())
                .isEqualTo(ClientCertificateFailure.REFUSED_BY_RULE);
        assertThat(trust.getAcceptedIssuers()).isEmpty();

        now = now.plus(Duration.ofDays(500));
        assertThat(refusal(trust, pinned.chain()).failure()).isEqualTo(ClientCertificateFailure.EXPIRED);
    }

    @Test
    void tellsNoNamesWhereAListedClientIsOfAnAuthorityThatIsNot() {
        CertificateAuthority issued =
                CertificateAuthority.actingAs(ROOT.client("ops").issue());
        CertificateAuthority self = CertificateAuthority.actingAs(
                CertificateAuthority.selfSigned("alone").issue());

        assertThat(trust(ROOT, self).getAcceptedIssuers()).containsExactly(ROOT.certificate(), self.certificate());
        assertThat(trust(ROOT, issued).getAcceptedIssuers()).isEmpty();
    }

    @Test
    void countsAnIntermediateBesideItsRootAsDepth() {
        CertificateAuthority intermediate = ROOT.authority("Intermediate").issueAuthority();
        maxDepth = 0;

        assertThat(refusal(
                                trust(ROOT, intermediate),
                                intermediate.client("ops").issue().chain())
                        .failure())
                .isEqualTo(ClientCertificateFailure.CHAIN_TOO_DEEP);
        assertThatCode(() -> trust(intermediate)
                        .judge(intermediate.client("ops").issue().chain()))
                .doesNotThrowAnyException();
    }

    @Test
    void saysSoWhereNobodyCanVerifyASignature() {
        CertificateAuthority weak = CertificateAuthority.selfSigned("Weak")
                .key(KeyKind.otherCurve("brainpoolP160r1"))
                .issueAuthority();

        ClientCertificateException refusal =
                refusal(trust(weak), weak.client("ops").issue().chain());

        assertThat(refusal.failure()).isEqualTo(ClientCertificateFailure.MALFORMED);
        assertThat(refusal)
                .hasMessageEndingWith(
                        "neither the JVM nor Bouncy Castle verifies this signature: a key that is too short");
    }

    @Test
    void refusesAnEmptyChain() {
        assertThat(refusal(trust(ROOT), Collections.emptyList()).failure())
                .isEqualTo(ClientCertificateFailure.MALFORMED);
    }

    private ClientTrust trust(CertificateAuthority... authorities) {
        return new ClientTrust(
                config(Mode.REQUIRE, List.of(), List.of()), anchors(authorities), Crls.none(), () -> now);
    }

    private ClientAuthConfig config(Mode mode, List<AccessRuleConfig> allow, List<AccessRuleConfig> deny) {
        return new ClientAuthConfig(
                mode,
                List.of(),
                List.of(),
                CrlFetchConfig.NONE,
                CrlPolicy.SOFT_FAIL,
                maxDepth,
                true,
                allow,
                deny,
                new Place(""));
    }

    private static TrustAnchors anchors(CertificateAuthority... authorities) {
        return new TrustAnchors(List.of(new TrustAnchors.Source(
                "anchors",
                Arrays.stream(authorities)
                        .map(CertificateAuthority::certificate)
                        .toList())));
    }

    private static AccessRuleConfig cn(String value) {
        return new AccessRuleConfig(List.of(new AccessRuleConfig.Exactly(AccessRuleConfig.Name.CN, value)));
    }

    private static ClientCertificateException refusal(ClientTrust trust, List<X509Certificate> chain) {
        ClientCertificateException refusal =
                catchThrowableOfType(ClientCertificateException.class, () -> trust.judge(chain));
        assertThat(refusal).as("refusal").isNotNull();
        return refusal;
    }
}
