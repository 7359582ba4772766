package io.sallyport.tls.x509;

import io.sallyport.config.value.Cidr;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A self-signed ECDSA P-256 certificate and its key, made just now. Nobody trusts it by itself. */
public record SelfSigned(X509Certificate certificate, PrivateKey key) {
    private static final Duration AGE = Duration.ofHours(1);
    private static final int SERIAL_BITS = 127;

    /** RFC 8737 section 3. */
    private static final ASN1ObjectIdentifier ACME_IDENTIFIER = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");

    /**
     * A certificate for these names.
     *
     * @param subject as {@code CN=localhost}
     * @param names host names and addresses
     * @param life from now; clocks may be an hour behind
     */
    public static SelfSigned create(String subject, Collection<String> names, Duration life) {
        return create(subject, names, life, null);
    }

    /**
     * The answer to a tls-alpn-01 challenge (RFC 8737 section 3).
     *
     * @param name what is proved: a host name or an address
     * @param digest SHA-256 of the key authorization
     */
    public static SelfSigned forChallenge(String name, byte[] digest, Duration life) {
        return create("CN=acme challenge", List.of(name), life, digest);
    }

    private static SelfSigned create(
            String subject, Collection<String> names, Duration life, byte @Nullable [] digest) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            X500Name name = new X500Name(subject);
            Instant now = Instant.now();
            X509v3CertificateBuilder certificate = new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(SERIAL_BITS, new SecureRandom()),
                    Date.from(now.minus(AGE)),
                    Date.from(now.plus(life)),
                    name,
                    pair.getPublic());
            certificate.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(names.stream().map(SelfSigned::generalName).toArray(GeneralName[]::new)));
            if (digest != null) {
                certificate.addExtension(ACME_IDENTIFIER, true, new DEROctetString(digest));
            }
            return new SelfSigned(
                    new JcaX509CertificateConverter()
                            .getCertificate(certificate.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))),
                    pair.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("this JVM cannot make an ECDSA P-256 certificate", e);
        }
    }

    private static GeneralName generalName(String name) {
        return Cidr.isAddress(name)
                ? new GeneralName(GeneralName.iPAddress, name)
                : new GeneralName(GeneralName.dNSName, name);
    }
}
