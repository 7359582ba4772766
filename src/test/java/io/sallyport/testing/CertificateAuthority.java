package io.sallyport.testing;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate authority made for one test.
 *
 * <pre>{@code
 * CertificateAuthority root = CertificateAuthority.create("Test Root");
 * PemFiles files = root.server("example.com", "*.example.com").issue().writePem(directory, "tls");
 * IssuedCertificate client = root.client("ops").uri("spiffe://prod/ops").issue();
 * CertificateAuthority intermediate = root.authority("Test Intermediate").issueAuthority();
 * }</pre>
 *
 * Everything is EC P-256 and valid from a day ago for a year, unless the request says otherwise.
 */
public final class CertificateAuthority {
    private final IssuedCertificate issued;
    private final boolean root;

    CertificateAuthority(IssuedCertificate issued, boolean root) {
        this.issued = issued;
        this.root = root;
    }

    /** A self-signed root. */
    public static CertificateAuthority create(String commonName) {
        return create(commonName, KeyKind.EC_P256);
    }

    public static CertificateAuthority create(String commonName, KeyKind kind) {
        return selfSigned(commonName).authority().key(kind).issueAuthority();
    }

    /** A request that signs itself: a root, a self-signed server or a pinned client. */
    public static CertificateRequest selfSigned(String commonName) {
        return new CertificateRequest(null, "CN=" + commonName);
    }

    /** Someone with a certificate of any kind who issues others by it. */
    public static CertificateAuthority actingAs(IssuedCertificate issued) {
        return new CertificateAuthority(issued, false);
    }

    public X509Certificate certificate() {
        return issued.leaf();
    }

    /** This authority's key and chain, as an issuer sees them. */
    public IssuedCertificate issued() {
        return issued;
    }

    /** What a certificate that this authority issues carries above itself: nothing for a root. */
    List<X509Certificate> intermediates() {
        return root ? List.of() : issued.chain();
    }

    /** A request for a server certificate; the first name is the common name too. */
    public CertificateRequest server(String... dnsNames) {
        return new CertificateRequest(this, dnsNames.length == 0 ? "CN=server" : "CN=" + dnsNames[0])
                .server()
                .dns(dnsNames);
    }

    /** A request for a client certificate with no names but its common name. */
    public CertificateRequest client(String commonName) {
        return new CertificateRequest(this, "CN=" + commonName).client();
    }

    /** A request for an authority below this one: end it with {@link CertificateRequest#issueAuthority()}. */
    public CertificateRequest authority(String commonName) {
        return new CertificateRequest(this, "CN=" + commonName).authority();
    }

    /** A list of revoked certificates of this authority. */
    public RevocationList revocations() {
        return new RevocationList(this);
    }

    /** Writes this authority's certificate to {@code name.crt} in {@code directory}. */
    public Path writePem(Path directory, String name) {
        return Pem.write(directory.resolve(name + ".crt"), Pem.certificate(certificate()));
    }
}
