package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which changes can change the verdict about a client. */
class ClientPolicyTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority OTHER = CertificateAuthority.create("Other");

    @TempDir
    Path directory;

    private Mode mode = Mode.REQUIRE;
    private CrlPolicy crlPolicy = CrlPolicy.SOFT_FAIL;
    private int maxDepth = 4;
    private boolean sendCaNames = true;
    private List<AccessRuleConfig> allow = List.of();
    private List<AccessRuleConfig> deny = List.of();
    private List<CertificateAuthority> anchors = List.of(ROOT, OTHER);
    private final List<Path> crls = new ArrayList<>();

    @Test
    void whatNoVerdictDependsOnMakesNoDifference() {
        ClientPolicy before = policy();
        anchors = List.of(OTHER, ROOT);
        mode = Mode.REQUEST;
        sendCaNames = false;

        assertThat(policy()).isEqualTo(before);
    }

    @Test
    void eachThingThatAVerdictDependsOnMakesADifference() {
        List<ClientPolicy> policies = new ArrayList<>(List.of(policy()));
        maxDepth = 3;
        policies.add(policy());
        crlPolicy = CrlPolicy.HARD_FAIL;
        policies.add(policy());
        allow = List.of(rule("ops"));
        policies.add(policy());
        deny = List.of(rule("guest"));
        policies.add(policy());
        anchors = List.of(ROOT);
        policies.add(policy());
        anchors = List.of(OTHER);
        policies.add(policy());
        mode = Mode.PINNED;
        policies.add(policy());

        assertThat(policies).doesNotHaveDuplicates();
    }

    @Test
    void aNewRevocationListMakesADifferenceAndTheSameOneElsewhereNone() {
        Path file = directory.resolve("root.crl");
        crls.add(ROOT.revocations().writePem(file));
        ClientPolicy before = policy();
        assertThat(policy()).isEqualTo(before);

        X509Certificate revoked = ROOT.client("bad").issue().leaf();
        ROOT.revocations().revoke(revoked).writePem(file);

        assertThat(policy()).isNotEqualTo(before);
    }

    private ClientPolicy policy() {
        TrustAnchors trusted = new TrustAnchors(List.of(new TrustAnchors.Source(
                "anchors",
                anchors.stream().map(CertificateAuthority::certificate).toList())));
        ClientAuthConfig config = new ClientAuthConfig(
                mode,
                List.of(),
                crls,
                CrlFetchConfig.NONE,
                crlPolicy,
                maxDepth,
                sendCaNames,
                allow,
                deny,
                new Place("here"));
        return ClientPolicy.of(config, trusted, Crls.load(config, trusted, Instant.now(), new Findings()));
    }

    private static AccessRuleConfig rule(String commonName) {
        return new AccessRuleConfig(List.of(new AccessRuleConfig.Exactly(AccessRuleConfig.Name.CN, commonName)));
    }
}
