package io.sallyport.tls.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.CertificateRequest;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.tls.trust.TrustRow.Decision;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which peers are taken, beside what {@code openssl verify} says of the same files. */
class TrustTableTest {

    @TempDir
    private Path directory;

    private static CertificateRequest root() {
        return CertificateAuthority.selfSigned("Root").authority();
    }

    private static TrustRow whatAnAnchorSaysOfItself(
            String name, Decision decision, Consumer<CertificateRequest> says) {
        CertificateRequest request = root();
        says.accept(request);
        CertificateAuthority root = CertificateAuthority.actingAs(request.issue());
        return TrustRow.of(
                name,
                decision,
                List.of(root),
                new IssuedCertificate(
                        root.issued().key(),
                        List.of(root.client("ops").anyPurpose().issue().leaf())));
    }

    private static Stream<TrustRow> anchors() {
        return Stream.of(
                whatAnAnchorSaysOfItself("root", Decision.ACCEPTED, root -> {}),
                whatAnAnchorSaysOfItself(
                        "root without keyCertSign", Decision.REFUSED, root -> root.keyUsage(KeyUsage.cRLSign)),
                whatAnAnchorSaysOfItself(
                        "root without key usage", Decision.ACCEPTED, root -> root.without(Extension.keyUsage)),
                whatAnAnchorSaysOfItself(
                        "root without basicConstraints",
                        Decision.REFUSED_BY_US_ALONE,
                        root -> root.without(Extension.basicConstraints)),
                whatAnAnchorSaysOfItself(
                        "root without basicConstraints and key usage",
                        Decision.REFUSED,
                        root -> root.without(Extension.basicConstraints).without(Extension.keyUsage)),
                whatAnAnchorSaysOfItself("root with path length 0", Decision.ACCEPTED, root -> root.pathLength(0)),
                whatAnAnchorSaysOfItself("expired root", Decision.REFUSED, CertificateRequest::expired),
                whatAnAnchorSaysOfItself("root of tomorrow", Decision.REFUSED, CertificateRequest::notYetValid),
                whatAnAnchorSaysOfItself(
                        "root with a critical extension that nobody knows",
                        Decision.REFUSED,
                        CertificateRequest::unknownCriticalExtension));
    }

    private static TrustRow oldRoot() {
        KeyPair keys = KeyKind.EC_P256.generate();
        X500Principal name = new X500Principal("CN=Old");
        Instant now = Instant.now();
        try {
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v1CertificateBuilder(
                                    name,
                                    BigInteger.ONE,
                                    Date.from(now.minus(Duration.ofDays(1))),
                                    Date.from(now.plus(Duration.ofDays(1))),
                                    name,
                                    keys.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
            CertificateAuthority root =
                    CertificateAuthority.actingAs(new IssuedCertificate(keys.getPrivate(), List.of(certificate)));
            return TrustRow.of(
                    "a root of X.509 version 1",
                    Decision.ACCEPTED,
                    List.of(root),
                    root.client("ops").anyPurpose().issue());
        } catch (OperatorCreationException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<TrustRow> purposes() {
        CertificateAuthority root = CertificateAuthority.create("Root");
        CertificateAuthority servers = root.authority("Servers").server().issueAuthority();
        return Stream.of(
                whatAnAnchorSaysOfItself("root for clientAuth", Decision.ACCEPTED, CertificateRequest::client),
                whatAnAnchorSaysOfItself("root for serverAuth", Decision.REFUSED, CertificateRequest::server),
                TrustRow.of(
                        "an intermediate for servers alone", Decision.REFUSED, List.of(servers), clientOf(servers)));
    }

    private static Stream<TrustRow> endEntities() {
        CertificateAuthority root = CertificateAuthority.create("Root");
        IssuedCertificate self = CertificateAuthority.selfSigned("self").issue();
        IssuedCertificate issued = root.client("issued").anyPurpose().issue();
        CertificateAuthority bySelf = CertificateAuthority.actingAs(self);
        CertificateAuthority byIssued = CertificateAuthority.actingAs(issued);
        return Stream.of(
                TrustRow.of("a listed client, self-signed", Decision.ACCEPTED, List.of(bySelf), self),
                TrustRow.of("a listed client, issued", Decision.ACCEPTED, List.of(byIssued), issued),
                TrustRow.of(
                        "a client of a listed client",
                        Decision.REFUSED,
                        List.of(bySelf),
                        bySelf.client("admin").anyPurpose().issue()),
                TrustRow.of(
                        "a client of a listed issued client",
                        Decision.REFUSED,
                        List.of(byIssued),
                        byIssued.client("admin").anyPurpose().issue()),
                TrustRow.of(
                        "a client of a client whose root is listed, too",
                        Decision.REFUSED,
                        List.of(byIssued, root),
                        byIssued.client("admin").anyPurpose().issue()),
                TrustRow.of(
                        "another certificate of a listed client's name",
                        Decision.REFUSED,
                        List.of(bySelf),
                        CertificateAuthority.selfSigned("self").issue()),
                TrustRow.of(
                        "a listed client, expired",
                        Decision.REFUSED,
                        List.of(CertificateAuthority.actingAs(CertificateAuthority.selfSigned("late")
                                .expired()
                                .key(self(self))
                                .issue())),
                        CertificateAuthority.selfSigned("late").expired().issue()));
    }

    private static KeyPair self(IssuedCertificate issued) {
        return new KeyPair(issued.leaf().getPublicKey(), issued.key());
    }

    private static Stream<TrustRow> intermediates() {
        List<TrustRow> rows = new ArrayList<>();
        CertificateAuthority root = CertificateAuthority.create("Root");
        CertificateAuthority plain = root.authority("Intermediate").issueAuthority();
        rows.add(TrustRow.of(
                "an intermediate alone",
                Decision.ACCEPTED,
                List.of(plain),
                plain.client("ops").anyPurpose().issue()));
        rows.add(TrustRow.of(
                "an intermediate and its root",
                Decision.ACCEPTED,
                List.of(plain, root),
                plain.client("ops").anyPurpose().issue()));
        CertificateAuthority late = root.authority("Late").expired().issueAuthority();
        rows.add(TrustRow.of(
                "an expired intermediate alone",
                Decision.REFUSED,
                List.of(late),
                late.client("ops").anyPurpose().issue()));
        CertificateAuthority last = root.authority("Last").pathLength(0).issueAuthority();
        CertificateAuthority below = last.authority("Below").issueAuthority();
        rows.add(TrustRow.of(
                "below path length 0 of an intermediate alone",
                Decision.REFUSED,
                List.of(last),
                below.client("ops").anyPurpose().issue()));
        rows.add(TrustRow.of(
                "below path length 0 of an intermediate and its root",
                Decision.REFUSED,
                List.of(last, root),
                below.client("ops").anyPurpose().issue()));
        rows.add(TrustRow.of(
                "all listed, below path length 0",
                Decision.REFUSED,
                List.of(below, last, root),
                below.client("ops").anyPurpose().issue()));

        CertificateAuthority strict =
                CertificateAuthority.actingAs(root().pathLength(0).issue());
        CertificateAuthority tooDeep = strict.authority("Intermediate").issueAuthority();
        rows.add(TrustRow.of(
                "a root with path length 0 above an intermediate",
                Decision.REFUSED,
                List.of(strict),
                clientOf(tooDeep)));
        rows.add(TrustRow.of(
                "a root with path length 0 beside its intermediate",
                Decision.REFUSED,
                List.of(strict, tooDeep),
                clientOf(tooDeep)));
        rows.add(TrustRow.of("its intermediate alone", Decision.ACCEPTED, List.of(tooDeep), clientOf(tooDeep)));

        CertificateAuthority expired =
                CertificateAuthority.actingAs(root().expired().issue());
        CertificateAuthority current = expired.authority("Intermediate").issueAuthority();
        rows.add(TrustRow.of(
                "an expired root beside its intermediate",
                Decision.REFUSED,
                List.of(expired, current),
                clientOf(current)));

        CertificateAuthority one = CertificateAuthority.create("Rolled");
        CertificateAuthority two = CertificateAuthority.create("Rolled");
        rows.add(TrustRow.of(
                "two roots of one name",
                Decision.ACCEPTED,
                List.of(one, two),
                two.client("ops").anyPurpose().issue()));
        CertificateAuthority cross =
                one.authority("Rolled").key(self(two.issued())).issueAuthority();
        rows.add(TrustRow.of(
                "a root beside its cross-signed self",
                Decision.ACCEPTED,
                List.of(cross, one, two),
                two.client("ops").anyPurpose().issue()));
        return rows.stream();
    }

    private static IssuedCertificate clientOf(CertificateAuthority authority) {
        IssuedCertificate client = authority.client("ops").anyPurpose().issue();
        return new IssuedCertificate(client.key(), List.of(client.leaf(), authority.certificate()));
    }

    private static Stream<TrustRow> otherCurves() {
        return Stream.of("brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp256k1", "secp224r1")
                .flatMap(curve -> {
                    CertificateAuthority root = CertificateAuthority.actingAs(
                            root().key(KeyKind.otherCurve(curve)).issue());
                    CertificateAuthority plain = CertificateAuthority.create("Plain");
                    CertificateAuthority middle = plain.authority("Middle")
                            .key(KeyKind.otherCurve(curve))
                            .issueAuthority();
                    CertificateAuthority narrow = CertificateAuthority.actingAs(root().key(KeyKind.otherCurve(curve))
                            .nameConstraints(new GeneralName(GeneralName.dNSName, "good.test"), null)
                            .issue());
                    IssuedCertificate client = middle.client("ops").anyPurpose().issue();
                    IssuedCertificate late =
                            root.client("late").anyPurpose().expired().issue();
                    IssuedCertificate forged =
                            middle.client("ops").anyPurpose().issue().forged();
                    return Stream.of(
                            TrustRow.of(
                                    curve + " root",
                                    Decision.ACCEPTED,
                                    List.of(root),
                                    root.client("ops").anyPurpose().issue()),
                            TrustRow.of(curve + " root, client expired", Decision.REFUSED, List.of(root), late),
                            TrustRow.of(
                                    curve + " root, constrained",
                                    Decision.REFUSED,
                                    List.of(narrow),
                                    narrow.client("a")
                                            .anyPurpose()
                                            .dns("evil.test")
                                            .issue()),
                            TrustRow.of(curve + " intermediate", Decision.ACCEPTED, List.of(plain), client),
                            TrustRow.of(
                                    curve + " intermediate, client forged", Decision.REFUSED, List.of(plain), forged),
                            TrustRow.of(curve + " intermediate alone", Decision.ACCEPTED, List.of(middle), client),
                            TrustRow.of(
                                    curve + " intermediate beside its root",
                                    Decision.ACCEPTED,
                                    List.of(middle, plain),
                                    client));
                });
    }

    private static Stream<TrustRow> emptyNames() {
        CertificateAuthority root = CertificateAuthority.create("Root");
        IssuedCertificate subject = root.client("")
                .anyPurpose()
                .subject("")
                .uri("spiffe://prod/ops")
                .issue();
        CertificateAuthority nameless = CertificateAuthority.actingAs(
                CertificateAuthority.selfSigned("").subject("").authority().issue());
        IssuedCertificate alone =
                CertificateAuthority.selfSigned("").subject("").dns("a.test").issue();
        return Stream.of(
                TrustRow.of("an empty subject, subjectAltName not critical", Decision.ACCEPTED, List.of(root), subject),
                TrustRow.of("an empty subject, forged", Decision.REFUSED, List.of(root), subject.forged()),
                TrustRow.of(
                        "an empty issuer",
                        Decision.ACCEPTED,
                        List.of(nameless),
                        new IssuedCertificate(
                                nameless.issued().key(),
                                List.of(nameless.client("ops")
                                        .anyPurpose()
                                        .issue()
                                        .leaf()))),
                TrustRow.of(
                        "an empty issuer of another key",
                        Decision.REFUSED,
                        List.of(nameless),
                        CertificateAuthority.actingAs(CertificateAuthority.selfSigned("")
                                        .subject("")
                                        .authority()
                                        .issue())
                                .client("ops")
                                .anyPurpose()
                                .issue()),
                TrustRow.of(
                        "a listed client with empty names",
                        Decision.ACCEPTED,
                        List.of(CertificateAuthority.actingAs(alone)),
                        alone));
    }

    private static Stream<TrustRow> ofAnyPurpose() {
        return Stream.of(Stream.of(oldRoot()), anchors(), endEntities(), intermediates(), otherCurves(), emptyNames())
                .flatMap(rows -> rows);
    }

    private static Stream<TrustRow> ofClients() {
        return Stream.concat(ofAnyPurpose(), purposes());
    }

    @ParameterizedTest
    @MethodSource("ofClients")
    void aClientIsJudgedAsByOpensslOrStricter(TrustRow row) {
        assertThat(row.isAcceptedAsClient()).as("Sallyport").isEqualTo(row.decision() == Decision.ACCEPTED);
        assertThat(row.isAcceptedByOpenssl(directory)).as("openssl").isEqualTo(row.decision() != Decision.REFUSED);
    }

    @ParameterizedTest
    @MethodSource("ofAnyPurpose")
    void aServerIsHeldToTheSame(TrustRow row) {
        assertThat(row.isAcceptedAsServer()).isEqualTo(row.decision() == Decision.ACCEPTED);
    }
}
