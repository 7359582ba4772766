package io.sallyport.tls.path;

import io.sallyport.tls.x509.Signatures;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.jspecify.annotations.Nullable;

/** One certificate revocation list (RFC 5280 section 5) and the keys that it was found to be signed by. */
public final class Crl {
    private static final String NUMBER = "2.5.29.20";

    private final String name;
    private final X509CRL list;
    private final CrlScope scope;

    /** The hash over a large list takes long: once for each key, not once for each handshake. */
    private final Map<PublicKey, Boolean> signers = new ConcurrentHashMap<>();

    /** @param name the file, for messages and metrics */
    Crl(String name, X509CRL list, CrlScope scope) {
        this.name = name;
        this.list = list;
        this.scope = scope;
    }

    String name() {
        return name;
    }

    public byte[] encoded() {
        try {
            return list.getEncoded();
        } catch (CRLException e) {
            throw new IllegalStateException("a list that came encoded", e);
        }
    }

    public X500Principal issuer() {
        return list.getIssuerX500Principal();
    }

    /** Null when the list does not say: it holds until it is replaced. */
    public @Nullable Instant nextUpdate() {
        @Nullable Date date = list.getNextUpdate();
        return date == null ? null : date.toInstant();
    }

    public Instant thisUpdate() {
        return list.getThisUpdate().toInstant();
    }

    boolean isCurrent(Instant now) {
        @Nullable Instant end = nextUpdate();
        return !now.isBefore(thisUpdate()) && (end == null || !now.isAfter(end));
    }

    /** How far its issuer has counted (RFC 5280 section 5.2.3); null when it does not count. */
    public @Nullable BigInteger number() {
        byte @Nullable [] extension = list.getExtensionValue(NUMBER);
        try {
            return extension == null
                    ? null
                    : ASN1Integer.getInstance(
                                    ASN1OctetString.getInstance(extension).getOctets())
                            .getPositiveValue();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Whether it is a list of the same certificates as {@code other}, of the same issuer. */
    boolean speaksOfTheSameAs(Crl other) {
        return issuer().equals(other.issuer()) && scope.equals(other.scope);
    }

    /** Whether it has this name as its issuer; nothing is verified. */
    boolean isInTheNameOf(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(issuer());
    }

    /** Whether one of these has its issuer's name and its signature. */
    boolean isOfOneOf(Collection<X509Certificate> authorities) {
        return authorities.stream()
                .anyMatch(authority -> isInTheNameOf(authority) && isSignedBy(authority.getPublicKey()));
    }

    /** Whether a certificate that is not on the list is known to be good by it. */
    boolean covers(X509Certificate certificate) {
        return scope.covers(certificate);
    }

    boolean isSignedBy(PublicKey key) {
        return signers.computeIfAbsent(key, signer -> Signatures.isSigned(list, signer));
    }

    @Nullable
    X509CRLEntry entry(X509Certificate certificate) {
        return list.getRevokedCertificate(certificate);
    }
}
