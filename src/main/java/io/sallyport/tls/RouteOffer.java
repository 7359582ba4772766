package io.sallyport.tls;

import io.sallyport.diagnosis.Allowed;
import io.sallyport.diagnosis.ShownCertificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.List;
import java.util.Locale;

/** What a context takes and shows, in words: made when it is built, so that a failed handshake costs no reading of it. */
final class RouteOffer {
    private static final List<String> RSA_SCHEMES = List.of(
            "rsa_pss_rsae_sha256",
            "rsa_pss_rsae_sha384",
            "rsa_pss_rsae_sha512",
            "rsa_pkcs1_sha256",
            "rsa_pkcs1_sha384",
            "rsa_pkcs1_sha512");

    private RouteOffer() {}

    static Allowed of(TlsContext.Settings settings, List<KeyMaterial> keys) {
        return new Allowed(
                settings.policy().protocols(),
                settings.policy().suites(),
                settings.policy().groups(),
                settings.alpn(),
                settings.clientAuth().name().toLowerCase(Locale.ROOT),
                keys.stream().map(RouteOffer::certificate).toList());
    }

    private static ShownCertificate certificate(KeyMaterial key) {
        X509Certificate leaf = key.leaf();
        return new ShownCertificate(
                key.name(),
                DistinguishedName.display(leaf.getSubjectX500Principal()),
                DistinguishedName.display(leaf.getIssuerX500Principal()),
                key.serverNames(),
                key.notBefore(),
                key.notAfter(),
                leaf.getIssuerX500Principal().equals(leaf.getSubjectX500Principal()),
                key.chain().size(),
                schemes(key));
    }

    /** RFC 8446 section 4.2.3: in TLS 1.3 the scheme fixes the curve. */
    private static List<String> schemes(KeyMaterial key) {
        return switch (key.algorithm()) {
            case RSA -> RSA_SCHEMES;
            case ED25519 -> List.of("ed25519");
            case EC -> List.of(ecdsaScheme((ECKey) key.leaf().getPublicKey()));
        };
    }

    private static String ecdsaScheme(ECKey key) {
        int bits = key.getParams().getCurve().getField().getFieldSize();
        return bits <= 256
                ? "ecdsa_secp256r1_sha256"
                : bits <= 384 ? "ecdsa_secp384r1_sha384" : "ecdsa_secp521r1_sha512";
    }
}
