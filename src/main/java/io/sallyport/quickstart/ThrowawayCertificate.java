package io.sallyport.quickstart;

import io.sallyport.tls.x509.SelfSigned;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * A self-signed ECDSA P-256 certificate for this machine alone, good for thirty days, and its key.
 *
 * @param chain PEM
 * @param key PEM, PKCS#8
 */
public record ThrowawayCertificate(String chain, String key) {
    private static final Duration LIFE = Duration.ofDays(30);

    /** Makes one. */
    public static ThrowawayCertificate create() {
        try {
            SelfSigned made = SelfSigned.create(
                    "CN=localhost,O=Sallyport quickstart", List.of("localhost", "127.0.0.1", "::1"), LIFE);
            return new ThrowawayCertificate(
                    pem("CERTIFICATE", made.certificate().getEncoded()),
                    pem("PRIVATE KEY", made.key().getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String label, byte[] der) {
        byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
        String base64 = Base64.getMimeEncoder(64, lineEnd).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
