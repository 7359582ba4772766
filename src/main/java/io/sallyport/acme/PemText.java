package io.sallyport.acme;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** A certificate chain and its key in one file, so that a reader never has one without the other. */
final class PemText {
    private static final byte[] LINE_END = {'\n'};

    private PemText() {}

    /** The key as PKCS#8, which is read without further libraries. */
    static byte[] chainAndKey(List<X509Certificate> chain, PrivateKey key) {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate certificate : chain) {
                block(text, "CERTIFICATE", certificate.getEncoded());
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
        block(text, "PRIVATE KEY", key.getEncoded());
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    static void block(StringBuilder text, String label, byte[] der) {
        text.append("-----BEGIN ").append(label).append("-----\n");
        text.append(Base64.getMimeEncoder(64, LINE_END).encodeToString(der));
        text.append("\n-----END ").append(label).append("-----\n");
    }
}
