package io.sallyport.tls.path;

import io.sallyport.tls.x509.Signatures;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** One certificate revocation list (RFC 5280 section 5) and the keys that it was found to be signed by. */
final class Crl {
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

    byte[] encoded() {
        try {
            return list.getEncoded();
        } catch (CRLException e) {
            throw new IllegalStateException("a list that came encoded", e);
        }
    }

    X500Principal issuer() {
        return list.getIssuerX500Principal();
    }

    /** Null when the list does not say: it holds until it is replaced. */
    @Nullable
    Instant nextUpdate() {
        @Nullable Date date = list.getNextUpdate();
        return date == null ? null : date.toInstant();
    }

    Instant thisUpdate() {
        return list.getThisUpdate().toInstant();
    }

    boolean isCurrent(Instant now) {
        @Nullable Instant end = nextUpdate();
        return !now.isBefore(thisUpdate()) && (end == null || !now.isAfter(end));
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
