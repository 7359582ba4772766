package io.sallyport.tls.context;

import io.netty.handler.ssl.CipherSuiteConverter;
import io.netty.handler.ssl.OpenSslSession;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What a finished handshake agreed on.
 *
 * @param version as {@code TLSv1.3}
 * @param cipher IANA name
 * @param group the key exchange group as {@code X25519MLKEM768}; where TLS 1.2 resumed, that of the session's first
 *     handshake; {@code none} for static RSA
 * @param alpn null when none was agreed on
 * @param resumed whether an earlier session was resumed
 * @param clientChain leaf first; empty when the client sent none
 * @param verified whether the chain was; false where there is none
 */
public record TlsSession(
        String version,
        String cipher,
        String group,
        @Nullable String alpn,
        boolean resumed,
        List<X509Certificate> clientChain,
        boolean verified) {

    public TlsSession {
        clientChain = List.copyOf(clientChain);
    }

    /**
     * Reads the session of {@code handler}; only right after its handshake, while the engine is alive.
     *
     * @param verifies whether a certificate of the peer had to be good
     */
    public static TlsSession of(SslHandler handler, boolean verifies) {
        ReferenceCountedOpenSslEngine engine = (ReferenceCountedOpenSslEngine) handler.engine();
        OpenSslSession session = (OpenSslSession) engine.getSession();
        List<X509Certificate> chain = clientChain(session);
        return new TlsSession(
                session.getProtocol(),
                session.getCipherSuite(),
                Objects.requireNonNullElse(session.getNamedGroup(), "none"),
                handler.applicationProtocol(),
                SSL.isSessionReused(engine.sslPointer()),
                chain,
                verifies && !chain.isEmpty());
    }

    /** The cipher by OpenSSL's name, as {@code ECDHE-RSA-AES128-GCM-SHA256}; suites of TLS 1.3 have but one name. */
    public String openSslCipher() {
        return cipher.contains("_WITH_") ? CipherSuiteConverter.toOpenSsl(cipher, false) : cipher;
    }

    /** The group by its name in IANA's registry, as {@code secp256r1}; null where there is none. */
    public @Nullable String registeredGroup() {
        return switch (group) {
            case "none" -> null;
            case "P-256" -> "secp256r1";
            case "P-384" -> "secp384r1";
            case "P-521" -> "secp521r1";
            case "X25519" -> "x25519";
            default -> group;
        };
    }

    private static List<X509Certificate> clientChain(OpenSslSession session) {
        if (!session.hasPeerCertificates()) {
            return List.of();
        }
        try {
            return Stream.of(session.getPeerCertificates())
                    .map((Certificate certificate) -> (X509Certificate) certificate)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
