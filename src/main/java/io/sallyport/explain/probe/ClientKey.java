package io.sallyport.explain.probe;

import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.x509.DistinguishedName;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The client's one certificate, or none. It is asked only when the server sent a CertificateRequest, which in TLS 1.3 is the
 * one way to learn of it; and it answers whatever issuers the server names, so that the server's refusal is seen.
 */
final class ClientKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "client";

    private final @Nullable KeyMaterial material;
    private final CertificateAsk.Holder asked;

    ClientKey(@Nullable KeyMaterial material, CertificateAsk.Holder asked) {
        this.material = material;
        this.asked = asked;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        List<String> names = issuers == null
                ? List.of()
                : Stream.of(issuers).map(ClientKey::name).toList();
        asked.set(new CertificateAsk(Stream.of(keyTypes).distinct().sorted().toList(), names));
        return material == null ? null : ALIAS;
    }

    private static String name(Principal issuer) {
        return issuer instanceof X500Principal name ? DistinguishedName.display(name) : issuer.getName();
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineClientAlias(keyTypes, issuers, null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return material == null ? null : material.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return material == null ? null : material.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return material == null ? null : new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
