package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.TlsVersions;
import java.util.List;

/**
 * What a route takes.
 *
 * @param versions oldest first, as {@code TLSv1.3}
 * @param suites IANA names
 * @param groups as the configuration spells them
 * @param alpn in order of preference; empty: the extension is not answered
 * @param clientAuth the mode, lower case
 * @param certificates that it can show for the name in question
 */
public record Allowed(
        List<String> versions,
        List<String> suites,
        List<String> groups,
        List<String> alpn,
        String clientAuth,
        List<ShownCertificate> certificates) {

    /** Key exchange groups that BoringSSL has and {@code tls.groups} takes, in our order of preference. */
    public static final List<String> POSSIBLE_GROUPS = List.of("X25519MLKEM768", "X25519", "P-256", "P-384", "P-521");

    /** Cipher suites of TLS 1.2 and older that BoringSSL has and {@code tls.ciphers} takes. */
    public static final List<String> POSSIBLE_SUITES = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_AES_256_CBC_SHA");

    public Allowed {
        versions = List.copyOf(versions);
        suites = List.copyOf(suites);
        groups = List.copyOf(groups);
        alpn = List.copyOf(alpn);
        certificates = List.copyOf(certificates);
    }

    /** IANA names of the schemes by which one of the certificates can sign. */
    public List<String> signatureSchemes() {
        return certificates.stream()
                .flatMap(certificate -> certificate.signatureSchemes().stream())
                .distinct()
                .toList();
    }

    boolean wantsClientCertificate() {
        return !clientAuth.equals("none");
    }

    String newestVersion() {
        return versions.get(versions.size() - 1);
    }

    int oldestVersion() {
        return TlsVersions.code(versions.get(0));
    }
}
