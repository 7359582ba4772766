package io.sallyport.tls.context;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.SessionConfig;
import io.sallyport.config.tls.TlsConfig.RsaSigning;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.RemoteKey;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the contexts of one route have in common.
 *
 * @param trust judges client certificates; asked only when {@code clientAuth} wants one
 * @param basis by value what {@code trust} is made from, and what sessions must not outlive
 * @param sessionIdContext a session made under another never resumes here. Netty gives every server
 *     context the same one, so a session made without a client certificate would pass where one is required
 * @param alpn in order of preference; empty: the extension is not answered
 * @param keyLog null: secrets are kept
 * @param live what is built is added to these
 * @param accelerator signs with RSA keys where that is faster, as {@code rsaSigning} allows
 */
public record ContextSettings(
        TlsPolicy policy,
        ClientAuthConfig.Mode clientAuth,
        X509TrustManager trust,
        Object basis,
        SessionConfig session,
        SessionIdContext sessionIdContext,
        List<String> alpn,
        @Nullable KeyLog keyLog,
        LiveContexts live,
        RsaSigning rsaSigning,
        RsaAccelerator accelerator) {

    /** All that a context is built from, by value, less what never changes in a process. */
    private record Key(
            TlsPolicy policy,
            ClientAuthConfig.Mode clientAuth,
            Object basis,
            SessionConfig session,
            SessionIdContext sessionIdContext,
            List<String> alpn,
            RsaSigning rsaSigning,
            List<StapledKey.Identity> keys) {
        /** Of ten thousand contexts the rest is the same, and would be hashed as often. */
        @Override
        public int hashCode() {
            return keys.hashCode();
        }
    }

    Object key(List<StapledKey> keys) {
        return new Key(
                policy,
                clientAuth,
                basis,
                session,
                sessionIdContext,
                alpn,
                rsaSigning,
                keys.stream().map(StapledKey::identity).toList());
    }

    /** What signs with {@code key} in BoringSSL's place; empty: BoringSSL. */
    Optional<OutsideSigner> signerFor(StapledKey key) {
        if (key.material().key() instanceof RemoteKey remote) {
            return Optional.of(OutsideSigner.of(remote));
        }
        // A response can be stapled to a credential alone, and the hash of TLS 1.0 is no JCA signature.
        boolean possible =
                key.material().algorithm() == KeyAlgorithm.RSA && policy.isModernRsa() && key.ocspResponse() == null;
        return possible
                ? accelerator.signerFor(key.material(), rsaSigning).map(OutsideSigner::atOnce)
                : Optional.empty();
    }
}
