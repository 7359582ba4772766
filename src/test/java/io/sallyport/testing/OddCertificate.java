package io.sallyport.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERVideotexString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate whose names are encoded in any way, as no authority should. It signs itself, whatever its issuer says. */
public final class OddCertificate {
    /** By the whole element with the tag that nobody else uses, the tag that it is to have. */
    private static final Map<ByteBuffer, Integer> TAGS = new ConcurrentHashMap<>();

    private static final KeyPair KEYS = KeyKind.EC_P256.generate();

    private final List<RDN> subject = new ArrayList<>();
    private final ASN1EncodableVector alternativeNames = new ASN1EncodableVector();
    private final Map<ASN1ObjectIdentifier, byte[]> extensions = new LinkedHashMap<>();
    private X500Name issuer = new X500Name("CN=odd");
    private BigInteger serial = BigInteger.TEN;

    /** A string of any tag and any content of up to 127 bytes. */
    public static ASN1Encodable raw(int tag, byte[] content) {
        DERVideotexString carrier = new DERVideotexString(content);
        TAGS.put(ByteBuffer.wrap(encoded(carrier)), tag);
        return carrier;
    }

    /** Adds to the subject, from the least specific on. */
    public OddCertificate subject(ASN1ObjectIdentifier type, ASN1Encodable value) {
        subject.add(new RDN(type, value));
        return this;
    }

    public OddCertificate commonName(ASN1Encodable value) {
        return subject(BCStyle.CN, value);
    }

    public OddCertificate subjectPart(RDN part) {
        subject.add(part);
        return this;
    }

    public OddCertificate issuer(X500Name name) {
        issuer = name;
        return this;
    }

    public OddCertificate serial(BigInteger number) {
        serial = number;
        return this;
    }

    /** An alternative name of the kind {@code tag} with this content. */
    public OddCertificate alternativeName(int tag, byte[] content) {
        alternativeNames.add(new DERTaggedObject(false, tag, new DEROctetString(content)));
        return this;
    }

    /** Any alternative name. */
    public OddCertificate alternativeName(ASN1Encodable name) {
        alternativeNames.add(name);
        return this;
    }

    public OddCertificate extension(ASN1ObjectIdentifier type, byte[] value) {
        extensions.put(type, value);
        return this;
    }

    public byte[] der() {
        if (alternativeNames.size() > 0) {
            extension(Extension.subjectAlternativeName, encoded(new DERSequence(alternativeNames)));
        }
        Instant now = Instant.now();
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                issuer,
                serial,
                Date.from(now.minus(Duration.ofDays(1))),
                Date.from(now.plus(Duration.ofDays(30))),
                new X500Name(subject.toArray(new RDN[0])),
                SubjectPublicKeyInfo.getInstance(KEYS.getPublic().getEncoded()));
        try {
            for (Map.Entry<ASN1ObjectIdentifier, byte[]> extension : extensions.entrySet()) {
                builder.addExtension(extension.getKey(), false, extension.getValue());
            }
            return retagged(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(KEYS.getPrivate()))
                    .getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The signature is no longer good then. */
    private static byte[] retagged(byte[] der) {
        for (int i = 0; i < der.length - 1; i++) {
            int end = i + 2 + der[i + 1];
            if (der[i] == BERTags.VIDEOTEX_STRING && der[i + 1] >= 0 && end <= der.length) {
                Integer tag = TAGS.get(ByteBuffer.wrap(der, i, end - i));
                der[i] = tag == null ? der[i] : tag.byteValue();
            }
        }
        return der;
    }

    /** Parsed by the JDK. */
    public X509Certificate certificate() {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With its key, for a client that shows it. */
    public IssuedCertificate issued() {
        return new IssuedCertificate(KEYS.getPrivate(), List.of(certificate()));
    }

    private static byte[] encoded(ASN1Primitive value) {
        try {
            return value.getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
