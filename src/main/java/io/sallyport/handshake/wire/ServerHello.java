package io.sallyport.handshake.wire;

import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import org.jspecify.annotations.Nullable;

/**
 * What a server chose, or its HelloRetryRequest (RFC 8446 sections 4.1.3 and 4.1.4, RFC 5246 section 7.4.1.3).
 *
 * @param retry whether it is a HelloRetryRequest
 * @param version the version chosen: supported_versions if sent, else the message's own version field
 * @param sessionIdLength bytes, 0..32
 * @param sessionIdEchoed whether a session id came back as the client sent it: in TLS 1.2 the session resumes, in TLS 1.3 it
 *     always comes back
 * @param group of the server's key share, or the one that a HelloRetryRequest asks for; -1 if none
 * @param selectedPsk index of the client's identity that the session resumes with, -1 if none (RFC 8446 section 4.2.11)
 * @param alpn the protocol, one character a byte, where it travels in the clear: up to TLS 1.2; null if none
 * @param extensionTypes in order
 * @param downgraded whether the random says that the server can speak a higher version (RFC 8446 section 4.1.3)
 */
public record ServerHello(
        boolean retry,
        int version,
        int sessionIdLength,
        boolean sessionIdEchoed,
        int cipherSuite,
        int group,
        int selectedPsk,
        @Nullable String alpn,
        CodeList extensionTypes,
        boolean downgraded)
        implements HandshakeMessage {
    public boolean isTls13() {
        return version >= TlsVersions.TLS_1_3 && version >>> 8 == 3;
    }

    @Override
    public String describe() {
        StringBuilder text = new StringBuilder(96).append(TlsVersions.name(version));
        text.append("; ").append(CipherSuites.name(cipherSuite));
        if (group >= 0) {
            text.append(retry ? "; asks for group " : "; group ").append(NamedGroups.name(group));
        }
        if (selectedPsk >= 0) {
            text.append("; resumes with PSK ").append(selectedPsk);
        }
        if (sessionIdEchoed && !isTls13()) {
            text.append("; session id echoed");
        }
        if (alpn != null) {
            text.append("; ALPN ").append(WireText.printable(alpn));
        }
        return text.append(downgraded ? "; says that it can speak a higher version" : "")
                .toString();
    }
}
