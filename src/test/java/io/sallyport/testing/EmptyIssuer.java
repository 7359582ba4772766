package io.sallyport.testing;

import java.io.IOException;
import java.io.OutputStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.operator.ContentSigner;

/** Makes certificates as cert-manager's selfSigned issuer does, which Bouncy Castle refuses to make. */
final class EmptyIssuer {
    private static final int ISSUER = 3;

    private EmptyIssuer() {}

    /** {@code certificate} with an empty issuer, signed anew. */
    static X509CertificateHolder in(X509CertificateHolder certificate, ContentSigner signer) throws IOException {
        ASN1Encodable[] parts = ASN1Sequence.getInstance(
                        certificate.toASN1Structure().getTBSCertificate().toASN1Primitive())
                .toArray();
        parts[ISSUER] = new DERSequence();
        byte[] body = new DERSequence(parts).getEncoded();
        try (OutputStream signed = signer.getOutputStream()) {
            signed.write(body);
        }
        return new X509CertificateHolder(new DERSequence(new ASN1Encodable[] {
                    ASN1Sequence.getInstance(body),
                    signer.getAlgorithmIdentifier(),
                    new DERBitString(signer.getSignature())
                })
                .getEncoded());
    }
}
