package io.sallyport.tls.trust;

import io.sallyport.tls.x509.AlternativeNames;
import io.sallyport.tls.x509.CertificateOutline;
import io.sallyport.tls.x509.DistinguishedName;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, by its certificate.
 *
 * @param name the subject, read by the ASN.1 type of each part
 * @param alternativeNames as written
 * @param spkiSha256 Base64 of the SHA-256 of the SubjectPublicKeyInfo (the pin of RFC 7469)
 * @param sha256 lower-case hexadecimal SHA-256 of the whole certificate
 */
public record ClientIdentity(
        DistinguishedName name,
        AlternativeNames alternativeNames,
        X500Principal issuer,
        BigInteger serial,
        String spkiSha256,
        String sha256,
        Instant notAfter) {

    /**
     * Reads the leaf of a client's chain.
     *
     * @throws CertificateParsingException when the alternative names are damaged
     */
    public static ClientIdentity of(X509Certificate leaf) throws CertificateParsingException {
        byte[] der = encoded(leaf);
        return new ClientIdentity(
                DistinguishedName.of(leaf.getSubjectX500Principal()),
                AlternativeNames.of(leaf),
                leaf.getIssuerX500Principal(),
                leaf.getSerialNumber(),
                spkiSha256(der),
                HexFormat.of().formatHex(sha256(der)),
                leaf.getNotAfter().toInstant());
    }

    /** The pin of the key in a certificate that nobody has parsed yet. */
    static String spkiSha256(byte[] der) throws CertificateParsingException {
        return Base64.getEncoder().encodeToString(sha256(CertificateOutline.subjectPublicKeyInfo(der)));
    }

    /** The most specific one; null when there is none, or it cannot be read. */
    public @Nullable String commonName() {
        return name.commonName();
    }

    /** Those that can be read, most specific first. */
    public List<String> organizationalUnits() {
        return name.organizationalUnits().readable();
    }

    /** Those that can be read, most specific first. */
    public List<String> organizations() {
        return name.organizations().readable();
    }

    /** Subject alternative names, as written. */
    public List<String> dnsNames() {
        return alternativeNames.dns();
    }

    /** Subject alternative names, as written. */
    public List<String> uris() {
        return alternativeNames.uris();
    }

    /** Subject alternative names, as written. */
    public List<String> emails() {
        return alternativeNames.emails();
    }

    /** Subject alternative names. */
    public List<InetAddress> addresses() {
        return alternativeNames.addresses();
    }

    private static byte[] encoded(X509Certificate certificate) throws CertificateParsingException {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new CertificateParsingException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
