package io.sallyport.tls.context;

import io.sallyport.diagnosis.Allowed;
import io.sallyport.diagnosis.ShownCertificate;
import io.sallyport.diagnosis.ShownKey;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.List;
import java.util.Locale;

/** What a context takes and shows, in words: made when it is built, so that a failed handshake costs no reading of it. */
final class RouteOffer {
    private RouteOffer() {}

    static Allowed of(ContextSettings settings, List<KeyMaterial> keys) {
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
                shown(key));
    }

    private static ShownKey shown(KeyMaterial key) {
        return switch (key.algorithm()) {
            case RSA -> ShownKey.RSA;
            case ED25519 -> ShownKey.ED25519;
            case EC -> ecdsa((ECKey) key.leaf().getPublicKey());
        };
    }

    private static ShownKey ecdsa(ECKey key) {
        int bits = key.getParams().getCurve().getField().getFieldSize();
        return bits <= 256 ? ShownKey.P256 : bits <= 384 ? ShownKey.P384 : ShownKey.P521;
    }
}
