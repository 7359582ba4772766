package io.sallyport.tls.context;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A certificate of ours, as others speak of it: by OpenSSL's short names.
 *
 * @param signatureAlgorithm by which its issuer signed it, as {@code RSA-SHA256}; null for one without such a name here
 * @param keyAlgorithm with its size, as {@code RSA2048} or {@code EC256}
 */
public record ServerCertificate(@Nullable String signatureAlgorithm, String keyAlgorithm) {
    private static final Map<String, String> SIGNATURES = Map.ofEntries(
            Map.entry("1.2.840.113549.1.1.5", "RSA-SHA1"),
            Map.entry("1.2.840.113549.1.1.10", "RSASSA-PSS"),
            Map.entry("1.2.840.113549.1.1.11", "RSA-SHA256"),
            Map.entry("1.2.840.113549.1.1.12", "RSA-SHA384"),
            Map.entry("1.2.840.113549.1.1.13", "RSA-SHA512"),
            Map.entry("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
            Map.entry("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
            Map.entry("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
            Map.entry("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
            Map.entry("1.3.101.112", "ED25519"));

    static ServerCertificate of(X509Certificate certificate) {
        return new ServerCertificate(SIGNATURES.get(certificate.getSigAlgOID()), key(certificate.getPublicKey()));
    }

    private static String key(PublicKey key) {
        if (key instanceof RSAKey rsa) {
            return "RSA" + rsa.getModulus().bitLength();
        }
        if (key instanceof ECKey ec) {
            return "EC" + ec.getParams().getCurve().getField().getFieldSize();
        }
        return "ED25519";
    }
}
