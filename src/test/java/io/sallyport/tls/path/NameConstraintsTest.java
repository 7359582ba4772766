package io.sallyport.tls.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.CertificateRequest;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.tls.trust.TrustRow;
import io.sallyport.tls.trust.TrustRow.Decision;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What name constraints let pass, beside what {@code openssl verify} says of the same files. */
class NameConstraintsTest {
    private static final int DNS = GeneralName.dNSName;
    private static final int MAIL = GeneralName.rfc822Name;
    private static final int URI = GeneralName.uniformResourceIdentifier;
    private static final int IP = GeneralName.iPAddress;
    private static final int DIRECTORY = GeneralName.directoryName;

    @TempDir
    private Path directory;

    private record Constraint(
            String name,
            @Nullable GeneralName permitted,
            @Nullable GeneralName excluded,
            Decision decision,
            Consumer<CertificateRequest> client) {}

    private static Constraint permitted(int kind, String base, Decision decision, Consumer<CertificateRequest> client) {
        return new Constraint("permitted " + base, new GeneralName(kind, base), null, decision, client);
    }

    private static Constraint excluded(int kind, String base, Decision decision, Consumer<CertificateRequest> client) {
        return new Constraint("excluded " + base, null, new GeneralName(kind, base), decision, client);
    }

    private static Stream<Constraint> constraints() {
        return Stream.of(
                permitted(DNS, "good.test", Decision.ACCEPTED, c -> c.dns("good.test")),
                permitted(DNS, "good.test", Decision.ACCEPTED, c -> c.dns("a.GOOD.test", "b.a.good.test")),
                permitted(DNS, "good.test", Decision.REFUSED, c -> c.dns("good.test", "evil.test")),
                permitted(DNS, "good.test", Decision.REFUSED, c -> c.dns("notgood.test")),
                permitted(DNS, "good.test", Decision.ACCEPTED, c -> c.dns("*.good.test")),
                permitted(DNS, ".good.test", Decision.ACCEPTED, c -> c.dns("a.good.test")),
                permitted(DNS, ".good.test", Decision.REFUSED, c -> c.dns("good.test")),
                permitted(DNS, "good.test", Decision.ACCEPTED, c -> c.uri("spiffe://prod/ops")),
                permitted(DNS, "good.test", Decision.REFUSED, c -> c.subject("CN=evil.test")),
                permitted(DNS, "good.test", Decision.ACCEPTED, c -> c.subject("CN=a.good.test")),
                permitted(DNS, "good.test", Decision.ACCEPTED, c -> c.subject("CN=Some Body")),
                permitted(
                        DNS,
                        "good.test",
                        Decision.ACCEPTED,
                        c -> c.subject("CN=evil.test").dns("good.test")),
                excluded(DNS, "bad.test", Decision.REFUSED, c -> c.dns("bad.test")),
                excluded(DNS, "bad.test", Decision.REFUSED, c -> c.dns("good.test", "A.BAD.test")),
                excluded(DNS, "bad.test", Decision.ACCEPTED, c -> c.dns("notbad.test")),
                excluded(DNS, "a.bad.test", Decision.REFUSED_BY_US_ALONE, c -> c.dns("*.bad.test")),
                excluded(DNS, "b.a.bad.test", Decision.ACCEPTED, c -> c.dns("*.bad.test")),
                excluded(DNS, "bad.test", Decision.REFUSED_BY_US_ALONE, c -> c.dns("bad.test.")),
                excluded(DNS, "", Decision.REFUSED, c -> c.dns("any.test")),
                permitted(MAIL, "good.test", Decision.ACCEPTED, c -> c.email("ops@good.test")),
                permitted(MAIL, "good.test", Decision.REFUSED, c -> c.email("ops@a.good.test")),
                permitted(MAIL, ".good.test", Decision.ACCEPTED, c -> c.email("ops@a.Good.test")),
                permitted(MAIL, "ops@good.test", Decision.ACCEPTED, c -> c.email("ops@good.test")),
                permitted(MAIL, "ops@good.test", Decision.REFUSED, c -> c.email("dev@good.test")),
                permitted(MAIL, "good.test", Decision.REFUSED, c -> c.email("ops")),
                permitted(MAIL, "good.test", Decision.REFUSED, c -> c.subject("EMAILADDRESS=ops@evil.test,CN=ops")),
                permitted(MAIL, "good.test", Decision.ACCEPTED, c -> c.subject("EMAILADDRESS=ops@good.test,CN=ops")),
                excluded(MAIL, "bad.test", Decision.REFUSED, c -> c.email("ops@BAD.test")),
                excluded(MAIL, "root@bad.test", Decision.REFUSED_BY_US_ALONE, c -> c.email("ROOT@bad.test")),
                excluded(MAIL, "bad.test", Decision.ACCEPTED, c -> c.email("ops@a.bad.test")),
                permitted(URI, "good.test", Decision.ACCEPTED, c -> c.uri("spiffe://good.test/ops")),
                permitted(URI, "good.test", Decision.ACCEPTED, c -> c.uri("https://good.test:8443/ops")),
                permitted(URI, "good.test", Decision.REFUSED, c -> c.uri("spiffe://evil.test/good.test")),
                permitted(URI, "good.test", Decision.REFUSED, c -> c.uri("spiffe://a.good.test/ops")),
                permitted(URI, ".good.test", Decision.ACCEPTED, c -> c.uri("spiffe://a.good.test/ops")),
                permitted(URI, "good.test", Decision.REFUSED, c -> c.uri("urn:uuid:1")),
                permitted(URI, "prod", Decision.ACCEPTED, c -> c.uri("spiffe://prod/ops")),
                permitted(URI, "prod", Decision.REFUSED, c -> c.uri("spiffe://guests/ops")),
                excluded(URI, "bad.test", Decision.REFUSED, c -> c.uri("spiffe://bad.test/ops")),
                excluded(URI, "bad.test", Decision.REFUSED_BY_US_ALONE, c -> c.uri("spiffe://x@bad.test/ops")),
                excluded(URI, "bad.test", Decision.REFUSED_BY_US_ALONE, c -> c.uri("spiffe://bad.test?x")),
                excluded(URI, "bad.test", Decision.REFUSED, c -> c.uri("urn:uuid:1")),
                excluded(URI, "bad.test", Decision.ACCEPTED, c -> c.uri("spiffe://good.test/ops")),
                permitted(IP, "10.0.0.0/8", Decision.ACCEPTED, c -> c.ip("10.1.2.3")),
                permitted(IP, "10.0.0.0/8", Decision.REFUSED, c -> c.ip("11.1.2.3")),
                permitted(IP, "10.0.0.0/8", Decision.REFUSED, c -> c.ip("2001:db8::1")),
                permitted(IP, "2001:db8::/32", Decision.ACCEPTED, c -> c.ip("2001:db8::1")),
                excluded(IP, "10.0.0.0/8", Decision.REFUSED, c -> c.ip("10.1.2.3")),
                excluded(IP, "10.0.0.0/8", Decision.ACCEPTED, c -> c.ip("2001:db8::1")),
                permitted(DIRECTORY, "O=Good", Decision.ACCEPTED, c -> c.subject("CN=ops,O=Good")),
                permitted(DIRECTORY, "O=Good", Decision.ACCEPTED, c -> c.subject("CN=ops,O=GOOD")),
                permitted(DIRECTORY, "O=Good", Decision.REFUSED, c -> c.subject("CN=ops,O=Evil")),
                permitted(DIRECTORY, "O=Good", Decision.REFUSED, c -> c.subject("O=Good,CN=ops")),
                permitted(DIRECTORY, "O=Good", Decision.REFUSED, c -> c.subject("CN=ops")),
                excluded(DIRECTORY, "O=Bad", Decision.REFUSED, c -> c.subject("CN=ops,O=Bad")),
                excluded(DIRECTORY, "O=Bad", Decision.ACCEPTED, c -> c.subject("CN=ops,O=Good")));
    }

    static Stream<TrustRow> nameConstraints() {
        return constraints().map(constraint -> {
            CertificateAuthority root = CertificateAuthority.actingAs(CertificateAuthority.selfSigned("Root")
                    .authority()
                    .nameConstraints(constraint.permitted(), constraint.excluded())
                    .issue());
            IssuedCertificate client = named(root, constraint);
            return TrustRow.of(nameOf(constraint, client) + " in a root", constraint.decision(), List.of(root), client);
        });
    }

    static Stream<TrustRow> nameConstraintsElsewhere() {
        CertificateAuthority top = CertificateAuthority.create("Top");
        return constraints().flatMap(constraint -> {
            CertificateAuthority middle = top.authority("Middle")
                    .nameConstraints(constraint.permitted(), constraint.excluded())
                    .issueAuthority();
            IssuedCertificate client = named(middle, constraint);
            return Stream.of(
                    TrustRow.of(
                            nameOf(constraint, client) + " in an intermediate",
                            constraint.decision(),
                            List.of(top),
                            client),
                    TrustRow.of(
                            nameOf(constraint, client) + " in one that is listed",
                            constraint.decision(),
                            List.of(middle),
                            client),
                    TrustRow.of(
                            nameOf(constraint, client) + " in one beside its root",
                            constraint.decision(),
                            List.of(middle, top),
                            client));
        });
    }

    @ParameterizedTest
    @MethodSource("nameConstraintsElsewhere")
    void nameConstraintsCountWhereverTheyStand(TrustRow row) {
        assertThat(row.isAcceptedAsClient()).isEqualTo(row.decision() == Decision.ACCEPTED);
    }

    private static String nameOf(Constraint constraint, IssuedCertificate client) {
        try {
            return constraint.name() + ", client " + client.leaf().getSubjectX500Principal() + " "
                    + client.leaf().getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return constraint.name() + ", client that the JDK cannot read";
        }
    }

    private static IssuedCertificate named(CertificateAuthority authority, Constraint constraint) {
        CertificateRequest request = authority.client("ops");
        constraint.client().accept(request);
        IssuedCertificate client = request.issue();
        return new IssuedCertificate(client.key(), List.of(client.leaf(), authority.certificate()));
    }

    static Stream<TrustRow> malformed() {
        byte[] garbage = {0x30, 0x03, 0x02, 0x01, 0x05};
        byte[] shortMask = {0x30, 0x0b, (byte) 0xa0, 0x09, 0x30, 0x07, (byte) 0x87, 0x05, 10, 0, 0, 0, 8};
        byte[] minimum = {0x30, 0x0c, (byte) 0xa0, 0x0a, 0x30, 0x08, (byte) 0x82, 0x03, 'a', '.', 'b', (byte) 0x80, 1, 1
        };
        return Stream.of(
                of("constraints that cannot be read", Decision.REFUSED, garbage),
                of("an address constraint of five bytes", Decision.REFUSED_BY_US_ALONE, shortMask),
                of("a subtree with a minimum", Decision.REFUSED, minimum));
    }

    private static TrustRow of(String name, Decision decision, byte[] constraints) {
        CertificateAuthority root = CertificateAuthority.actingAs(CertificateAuthority.selfSigned("Root")
                .authority()
                .extension(Extension.nameConstraints, false, constraints)
                .issue());
        IssuedCertificate client = root.client("ops").dns("x.test").issue();
        return TrustRow.of(name, decision, List.of(root), new IssuedCertificate(client.key(), List.of(client.leaf())));
    }

    @ParameterizedTest
    @MethodSource({"nameConstraints", "malformed"})
    void areHeldAgainstNamesAsByOpensslOrStricter(TrustRow row) {
        assertThat(row.isAcceptedAsClient()).as("Sallyport").isEqualTo(row.decision() == Decision.ACCEPTED);
        assertThat(row.isAcceptedByOpenssl(directory)).as("openssl").isEqualTo(row.decision() != Decision.REFUSED);
    }
}
