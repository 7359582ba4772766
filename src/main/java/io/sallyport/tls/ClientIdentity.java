package io.sallyport.tls;

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
 * @param commonName the most specific one; null when there is none
 * @param organizationalUnits most specific first
 * @param organizations most specific first
 * @param dnsNames subject alternative names, as written
 * @param uris subject alternative names, as written
 * @param emails subject alternative names, as written
 * @param addresses subject alternative names
 * @param spkiSha256 Base64 of the SHA-256 of the SubjectPublicKeyInfo (the pin of RFC 7469)
 * @param sha256 lower-case hexadecimal SHA-256 of the whole certificate
 */
public record ClientIdentity(
        X500Principal subject,
        @Nullable String commonName,
        List<String> organizationalUnits,
        List<String> organizations,
        List<String> dnsNames,
        List<String> uris,
        List<String> emails,
        List<InetAddress> addresses,
        X500Principal issuer,
        BigInteger serial,
        String spkiSha256,
        String sha256,
        Instant notAfter) {

    public ClientIdentity {
        organizationalUnits = List.copyOf(organizationalUnits);
        organizations = List.copyOf(organizations);
        dnsNames = List.copyOf(dnsNames);
        uris = List.copyOf(uris);
        emails = List.copyOf(emails);
        addresses = List.copyOf(addresses);
    }

    /**
     * Reads the leaf of a client's chain.
     *
     * @throws CertificateParsingException when the alternative names are damaged
     */
    public static ClientIdentity of(X509Certificate leaf) throws CertificateParsingException {
        DistinguishedName subject = DistinguishedName.of(leaf.getSubjectX500Principal());
        AlternativeNames names = AlternativeNames.of(leaf);
        return new ClientIdentity(
                leaf.getSubjectX500Principal(),
                subject.first("CN"),
                subject.all("OU"),
                subject.all("O"),
                names.dns(),
                names.uris(),
                names.emails(),
                names.addresses(),
                leaf.getIssuerX500Principal(),
                leaf.getSerialNumber(),
                Base64.getEncoder().encodeToString(sha256(leaf.getPublicKey().getEncoded())),
                HexFormat.of().formatHex(sha256(encoded(leaf))),
                leaf.getNotAfter().toInstant());
    }

    /** RFC 2253 text for logs: no control characters, not longer than 256. */
    public String subjectName() {
        return DistinguishedName.display(subject);
    }

    /** RFC 2253 text for logs: no control characters, not longer than 256. */
    public String issuerName() {
        return DistinguishedName.display(issuer);
    }

    /** Lower-case hexadecimal. */
    public String serialHex() {
        return serial.toString(16);
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
