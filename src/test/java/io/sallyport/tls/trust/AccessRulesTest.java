package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.AccessRuleConfig.Condition;
import io.sallyport.config.tls.AccessRuleConfig.Exactly;
import io.sallyport.config.tls.AccessRuleConfig.IssuedBy;
import io.sallyport.config.tls.AccessRuleConfig.Matches;
import io.sallyport.config.tls.AccessRuleConfig.Name;
import io.sallyport.config.tls.AccessRuleConfig.Serial;
import io.sallyport.config.tls.AccessRuleConfig.Within;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.SegmentPattern;
import io.sallyport.config.value.SegmentPattern.Kind;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import java.math.BigInteger;
import java.security.cert.CertificateParsingException;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessRulesTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Test Root");
    private static final IssuedCertificate CERTIFICATE = ROOT.client("ops")
            .subject("CN=ops,OU=Night,OU=Platform,O=Example\\, Inc.,C=DE")
            .serial(0x0a11)
            .dns("db1.clients.example", "other.example")
            .uri("spiffe://prod/eu/db")
            .email("Ops@Example.com")
            .ip("10.1.2.3", "2001:db8::7")
            .issue();
    private static final ClientIdentity OPS = identity(CERTIFICATE);

    @Test
    void readsEveryPartOfTheIdentity() {
        assertThat(OPS.commonName()).isEqualTo("ops");
        assertThat(OPS.organizationalUnits()).containsExactly("Night", "Platform");
        assertThat(OPS.organizations()).containsExactly("Example, Inc.");
        assertThat(OPS.dnsNames()).containsExactly("db1.clients.example", "other.example");
        assertThat(OPS.uris()).containsExactly("spiffe://prod/eu/db");
        assertThat(OPS.emails()).containsExactly("Ops@Example.com");
        assertThat(OPS.addresses()).extracting("hostAddress").containsExactly("10.1.2.3", "2001:db8:0:0:0:0:0:7");
        assertThat(OPS.spkiSha256()).hasSize(44);
        assertThat(OPS.sha256()).matches("[0-9a-f]{64}");
        assertThat(OPS.notAfter()).isEqualTo(CERTIFICATE.leaf().getNotAfter().toInstant());
    }

    static Stream<Condition> holding() {
        return Stream.of(
                new Exactly(Name.CN, "ops"),
                new Exactly(Name.OU, "Night"),
                new Exactly(Name.OU, "Platform"),
                new Exactly(Name.O, "Example, Inc."),
                new Exactly(Name.EMAIL, "Ops@EXAMPLE.com"),
                new Matches(SegmentPattern.parse(Kind.DNS, "*.clients.example")),
                new Matches(SegmentPattern.parse(Kind.URI, "spiffe://prod/**")),
                new Within(Cidr.parse("10.1.0.0/16")),
                new Within(Cidr.parse("2001:db8::/32")),
                new IssuedBy(new X500Principal("cn=test  root")),
                new Serial(BigInteger.valueOf(0x0a11)),
                new AccessRuleConfig.Key(OPS.spkiSha256()));
    }

    static Stream<Condition> failing() {
        return Stream.of(
                new Exactly(Name.CN, "Ops"),
                new Exactly(Name.CN, "*"),
                new Exactly(Name.OU, "ops"),
                new Exactly(Name.O, "Example"),
                new Exactly(Name.EMAIL, "ops@example.com"),
                new Matches(SegmentPattern.parse(Kind.DNS, "*.servers.example")),
                new Matches(SegmentPattern.parse(Kind.DNS, "ops")),
                new Matches(SegmentPattern.parse(Kind.URI, "spiffe://prod/*")),
                new Within(Cidr.parse("10.2.0.0/16")),
                new IssuedBy(new X500Principal("CN=Other Root")),
                new Serial(BigInteger.valueOf(0x0a12)),
                new AccessRuleConfig.Key("AAAA"));
    }

    @ParameterizedTest
    @MethodSource("holding")
    void letsInWhomAnAllowRuleSpeaksOf(Condition condition) {
        assertThat(judge(List.of(rule(condition)), List.of()))
                .isEqualTo(new AccessRules.Decision(true, "allow { " + condition + " }"));
    }

    @ParameterizedTest
    @MethodSource("failing")
    void refusesWhomNoAllowRuleSpeaksOf(Condition condition) {
        assertThat(judge(List.of(rule(condition)), List.of()))
                .isEqualTo(new AccessRules.Decision(false, "no allow rule speaks of it"));
    }

    @ParameterizedTest
    @MethodSource("holding")
    void refusesWhomADenyRuleSpeaksOf(Condition condition) {
        assertThat(judge(List.of(rule(new Exactly(Name.CN, "ops"))), List.of(rule(condition))))
                .isEqualTo(new AccessRules.Decision(false, "deny { " + condition + " }"));
    }

    @ParameterizedTest
    @MethodSource("failing")
    void letsInWhomNoDenyRuleSpeaksOf(Condition condition) {
        assertThat(judge(List.of(), List.of(rule(condition))))
                .isEqualTo(new AccessRules.Decision(true, "allow is empty"));
    }

    @Test
    void wantsEveryConditionOfARule() {
        Condition right = new Exactly(Name.CN, "ops");
        Condition wrong = new Exactly(Name.OU, "Day");

        assertThat(judge(List.of(rule(right, wrong)), List.of()).allowed()).isFalse();
        assertThat(judge(List.of(rule(right, wrong), rule(right)), List.of()).allowed())
                .isTrue();
        assertThat(judge(List.of(), List.of(rule(right, wrong))).allowed()).isTrue();
    }

    @Test
    void takesTheMostSpecificCommonName() {
        ClientIdentity twice =
                identity(ROOT.client("x").subject("CN=inner,CN=outer,O=Example").issue());

        assertThat(twice.commonName()).isEqualTo("inner");
    }

    @Test
    void seesThroughMultiValuedPartsOfAName() {
        ClientIdentity joined =
                identity(ROOT.client("x").subject("CN=ops+OU=Night,O=Example").issue());

        assertThat(joined.commonName()).isEqualTo("ops");
        assertThat(joined.organizationalUnits()).containsExactly("Night");
    }

    private static AccessRules.Decision judge(List<AccessRuleConfig> allow, List<AccessRuleConfig> deny) {
        return new AccessRules(allow, deny).judge(OPS);
    }

    private static AccessRuleConfig rule(Condition... conditions) {
        return new AccessRuleConfig(List.of(conditions));
    }

    private static ClientIdentity identity(IssuedCertificate certificate) {
        try {
            return ClientIdentity.of(certificate.leaf());
        } catch (CertificateParsingException e) {
            throw new IllegalStateException(e);
        }
    }
}
