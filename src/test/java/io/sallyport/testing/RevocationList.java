package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/** A certificate revocation list to be; valid from an hour ago for a week unless it says otherwise. */
public final class RevocationList {
    private final CertificateAuthority issuer;
    private final Set<X509Certificate> revoked = new LinkedHashSet<>();
    private Instant thisUpdate = Instant.now().minus(Duration.ofHours(1));
    private Instant nextUpdate = Instant.now().plus(Duration.ofDays(7));

    private boolean onlyAuthorities;
    private boolean delta;
    private long number;

    RevocationList(CertificateAuthority issuer) {
        this.issuer = issuer;
    }

    public RevocationList revoke(X509Certificate certificate) {
        revoked.add(certificate);
        return this;
    }

    public RevocationList validity(Instant from, Instant until) {
        thisUpdate = from;
        nextUpdate = until;
        return this;
    }

    /** Its next update was due yesterday. */
    public RevocationList expired() {
        return validity(Instant.now().minus(Duration.ofDays(8)), Instant.now().minus(Duration.ofDays(1)));
    }

    /** Speaks of authorities alone (RFC 5280 section 5.2.5). */
    public RevocationList onlyAuthorities() {
        onlyAuthorities = true;
        return this;
    }

    /** Only what changed since list number 1 (RFC 5280 section 5.2.4). */
    public RevocationList delta() {
        delta = true;
        return this;
    }

    /** How far the issuer has counted (RFC 5280 section 5.2.3); 0: it does not count. */
    public RevocationList number(long count) {
        number = count;
        return this;
    }

    public X509CRL issue() {
        X509Certificate authority = issuer.certificate();
        PrivateKey key = issuer.issued().key();
        JcaX509v2CRLBuilder builder =
                new JcaX509v2CRLBuilder(authority.getSubjectX500Principal(), Date.from(thisUpdate));
        builder.setNextUpdate(Date.from(nextUpdate));
        try {
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(authority.getPublicKey()));
            if (onlyAuthorities) {
                builder.addExtension(
                        Extension.issuingDistributionPoint,
                        true,
                        new IssuingDistributionPoint(null, false, true, null, false, false));
            }
            if (number > 0) {
                builder.addExtension(Extension.cRLNumber, false, new ASN1Integer(number));
            }
            if (delta) {
                builder.addExtension(Extension.deltaCRLIndicator, true, new ASN1Integer(1));
            }
            for (X509Certificate certificate : revoked) {
                builder.addCRLEntry(certificate.getSerialNumber(), Date.from(thisUpdate), CRLReason.keyCompromise);
            }
            return new JcaX509CRLConverter().getCRL(builder.build(KeyKind.signer(key)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    public String pem() {
        return Pem.block("X509 CRL", der());
    }

    public byte[] der() {
        try {
            return issue().getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public Path writePem(Path file) {
        return Pem.write(file, pem());
    }

    public Path writeDer(Path file) {
        try {
            return Files.write(file, der());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
