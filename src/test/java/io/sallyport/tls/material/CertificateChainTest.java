package io.sallyport.tls.material;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.Test;

/** What is sent behind a leaf, and in which order. */
final class CertificateChainTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority ISSUER = ROOT.authority("Issuer").issueAuthority();

    @Test
    void identifiersTellTheIssuerFromAnotherOfItsName() {
        X509Certificate stranger = ROOT.authority("Issuer").issueAuthority().certificate();
        X509Certificate leaf = ISSUER.server("a.test").issue().leaf();

        CertificateChain chain = CertificateChain.ofIdentifiers(leaf, List.of(stranger, ISSUER.certificate(), leaf));

        assertThat(chain.ordered()).containsExactly(leaf, ISSUER.certificate());
        assertThat(chain.leftOut()).containsExactly(stranger);
        assertThat(chain).isEqualTo(CertificateChain.of(leaf, List.of(stranger, ISSUER.certificate(), leaf)));
    }

    @Test
    void whereIdentifiersAreMissingTheSignatureTells() {
        CertificateAuthority issuer =
                ROOT.authority("Issuer").without(Extension.subjectKeyIdentifier).issueAuthority();
        X509Certificate stranger = ROOT.authority("Issuer")
                .without(Extension.subjectKeyIdentifier)
                .issueAuthority()
                .certificate();
        X509Certificate leaf = issuer.server("a.test").issue().leaf();

        CertificateChain chain = CertificateChain.ofIdentifiers(leaf, List.of(leaf, stranger, issuer.certificate()));

        assertThat(chain.ordered()).containsExactly(leaf, issuer.certificate());
        assertThat(chain.leftOut()).containsExactly(stranger);
    }

    /** OpenSSL and haproxy send it too; clients refuse it, and a check of what a server sends tells why. */
    @Test
    void aForgedSignatureBreaksTheChainThatIsJudgedAndNotTheOneThatIsSent() {
        IssuedCertificate forged = ISSUER.server("a.test").issue().forged();
        List<X509Certificate> file = List.of(forged.leaf(), ISSUER.certificate());

        assertThat(CertificateChain.ofIdentifiers(forged.leaf(), file).ordered())
                .containsExactlyElementsOf(file);
        assertThat(CertificateChain.of(forged.leaf(), file).leftOut()).containsExactly(ISSUER.certificate());
    }

    @Test
    void aCertificateThatNamesItselfNeedsNoOther() {
        X509Certificate root = ROOT.certificate();
        X509Certificate leaf = ISSUER.server("a.test").issue().leaf();

        assertThat(CertificateChain.namesItself(root)).isTrue();
        assertThat(CertificateChain.namesItself(leaf)).isFalse();
        assertThat(CertificateChain.namesItself(
                        ROOT.authority("Root").issueAuthority().certificate()))
                .as("of its issuer's name, with another key")
                .isFalse();
        assertThat(CertificateChain.ofIdentifiers(root, List.of(root, leaf)).ordered())
                .containsExactly(root);
    }
}
