package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.jspecify.annotations.Nullable;

/** What a certificate is to say; {@link #issue()} makes it. Made by {@link CertificateAuthority}. */
public final class CertificateRequest {
    private final @Nullable CertificateAuthority issuer;
    private final List<GeneralName> alternativeNames = new ArrayList<>();
    private final List<KeyPurposeId> purposes = new ArrayList<>();
    private String subject;
    private KeyKind kind = KeyKind.EC_P256;
    private @Nullable KeyPair keyPair;
    private Instant notBefore = Instant.now().minus(Duration.ofDays(1));
    private Instant notAfter = Instant.now().plus(Duration.ofDays(365));
    private BigInteger serial = new BigInteger(63, new SecureRandom()).add(BigInteger.ONE);
    private boolean authority;
    private boolean unknownCriticalExtension;
    private final List<Extension> extensions = new ArrayList<>();
    private final Set<ASN1ObjectIdentifier> without = new HashSet<>();
    private @Nullable Integer pathLength;
    private @Nullable Integer keyUsage;
    private @Nullable String issuerUrl;

    CertificateRequest(@Nullable CertificateAuthority issuer, String subject) {
        this.issuer = issuer;
        this.subject = subject;
    }

    /** The whole subject, in RFC 2253 form: {@code CN=ops,OU=team,O=Example}. */
    public CertificateRequest subject(String name) {
        subject = name;
        return this;
    }

    public CertificateRequest key(KeyKind keyKind) {
        kind = keyKind;
        return this;
    }

    /** Takes a key pair that exists, as a renewal does. */
    public CertificateRequest key(KeyPair existing) {
        keyPair = existing;
        return this;
    }

    public CertificateRequest dns(String... names) {
        return names(GeneralName.dNSName, names);
    }

    public CertificateRequest ip(String... addresses) {
        return names(GeneralName.iPAddress, addresses);
    }

    public CertificateRequest uri(String... uris) {
        return names(GeneralName.uniformResourceIdentifier, uris);
    }

    public CertificateRequest email(String... addresses) {
        return names(GeneralName.rfc822Name, addresses);
    }

    public CertificateRequest validity(Instant from, Instant until) {
        notBefore = from;
        notAfter = until;
        return this;
    }

    /** Ended yesterday. */
    public CertificateRequest expired() {
        return validity(Instant.now().minus(Duration.ofDays(30)), Instant.now().minus(Duration.ofDays(1)));
    }

    /** Starts tomorrow. */
    public CertificateRequest notYetValid() {
        return validity(Instant.now().plus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(30)));
    }

    public CertificateRequest serial(long number) {
        serial = BigInteger.valueOf(number);
        return this;
    }

    /** Extended key usage serverAuth; adds to what is there. */
    public CertificateRequest server() {
        purposes.add(KeyPurposeId.id_kp_serverAuth);
        return this;
    }

    /** Extended key usage clientAuth; adds to what is there. */
    public CertificateRequest client() {
        purposes.add(KeyPurposeId.id_kp_clientAuth);
        return this;
    }

    /** No extended key usage at all. */
    public CertificateRequest anyPurpose() {
        purposes.clear();
        return this;
    }

    /** The bits of {@link KeyUsage}, instead of what suits the kind of certificate. */
    public CertificateRequest keyUsage(int bits) {
        keyUsage = bits;
        return this;
    }

    /** An AIA caIssuers location (RFC 5280 section 4.2.2.1). */
    public CertificateRequest issuerUrl(String url) {
        issuerUrl = url;
        return this;
    }

    /** Where the issuer's revocation list is to be had (RFC 5280 section 4.2.1.13). */
    public CertificateRequest revocationListAt(String url) {
        try {
            return extension(
                    Extension.cRLDistributionPoints,
                    false,
                    new CRLDistPoint(new DistributionPoint[] {
                                new DistributionPoint(
                                        new DistributionPointName(new GeneralNames(
                                                new GeneralName(GeneralName.uniformResourceIdentifier, url))),
                                        null,
                                        null)
                            })
                            .getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A critical extension that nobody knows. */
    public CertificateRequest unknownCriticalExtension() {
        unknownCriticalExtension = true;
        return this;
    }

    /** Any extension, as it stands. */
    public CertificateRequest extension(ASN1ObjectIdentifier type, boolean critical, byte[] der) {
        extensions.add(new Extension(type, critical, der));
        return this;
    }

    /** Name constraints (RFC 5280 section 4.2.1.10); null: none of that sort. */
    public CertificateRequest nameConstraints(@Nullable GeneralName permitted, @Nullable GeneralName excluded) {
        NameConstraints constraints = new NameConstraints(subtrees(permitted), subtrees(excluded));
        try {
            return extension(Extension.nameConstraints, true, constraints.getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves one of the usual extensions out. */
    public CertificateRequest without(ASN1ObjectIdentifier type) {
        without.add(type);
        return this;
    }

    public CertificateRequest authority() {
        authority = true;
        return this;
    }

    /** The basic constraint on the number of authorities below this one. */
    public CertificateRequest pathLength(int length) {
        pathLength = length;
        return this;
    }

    public CertificateAuthority issueAuthority() {
        authority = true;
        return new CertificateAuthority(issue(), issuer == null);
    }

    public IssuedCertificate issue() {
        KeyPair pair = keyPair == null ? kind.generate() : keyPair;
        try {
            X509Certificate certificate = sign(pair);
            List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
            if (issuer != null) {
                chain.addAll(issuer.intermediates());
            }
            return new IssuedCertificate(pair.getPrivate(), chain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate sign(KeyPair pair) throws IOException, GeneralSecurityException, OperatorCreationException {
        X500Principal name = new X500Principal(subject);
        X500Principal issuerName = issuer == null ? name : issuer.certificate().getSubjectX500Principal();
        PrivateKey issuerKey =
                issuer == null ? pair.getPrivate() : issuer.issued().key();
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                isEmpty(issuerName) ? new X500Principal("CN=none") : issuerName,
                serial,
                Date.from(notBefore),
                Date.from(notAfter),
                name,
                pair.getPublic());
        if (!without.contains(Extension.subjectKeyIdentifier)) {
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(pair.getPublic()));
        }
        if (issuer != null) {
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(
                            issuer.certificate().getPublicKey()));
        }
        if (!without.contains(Extension.basicConstraints)) {
            builder.addExtension(Extension.basicConstraints, true, basicConstraints());
        }
        if (!without.contains(Extension.keyUsage)) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsageBits()));
        }
        for (Extension extension : extensions) {
            builder.addExtension(extension);
        }
        if (!purposes.isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes.toArray(new KeyPurposeId[0])));
        }
        if (!alternativeNames.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(alternativeNames.toArray(new GeneralName[0])));
        }
        if (issuerUrl != null) {
            builder.addExtension(
                    Extension.authorityInfoAccess,
                    false,
                    new AuthorityInformationAccess(
                            AccessDescription.id_ad_caIssuers,
                            new GeneralName(GeneralName.uniformResourceIdentifier, issuerUrl)));
        }
        if (unknownCriticalExtension) {
            builder.addExtension(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE);
        }
        X509CertificateHolder holder = builder.build(KeyKind.signer(issuerKey));
        return KeyKind.certificate(isEmpty(issuerName) ? EmptyIssuer.in(holder, KeyKind.signer(issuerKey)) : holder);
    }

    private BasicConstraints basicConstraints() {
        if (!authority) {
            return new BasicConstraints(false);
        }
        return pathLength == null ? new BasicConstraints(true) : new BasicConstraints(pathLength);
    }

    private int keyUsageBits() {
        if (keyUsage != null) {
            return keyUsage;
        }
        if (authority) {
            return KeyUsage.keyCertSign | KeyUsage.cRLSign;
        }
        boolean rsa = keyPair == null
                ? kind.name().startsWith("RSA")
                : keyPair.getPublic().getAlgorithm().equals("RSA");
        return rsa ? KeyUsage.digitalSignature | KeyUsage.keyEncipherment : KeyUsage.digitalSignature;
    }

    private static boolean isEmpty(X500Principal name) {
        return name.getName().isEmpty();
    }

    private static GeneralSubtree @Nullable [] subtrees(@Nullable GeneralName base) {
        return base == null ? null : new GeneralSubtree[] {new GeneralSubtree(base)};
    }

    private CertificateRequest names(int tag, String... values) {
        for (String value : values) {
            alternativeNames.add(new GeneralName(tag, value));
        }
        return this;
    }
}
