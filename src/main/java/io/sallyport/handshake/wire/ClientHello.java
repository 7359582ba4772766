package io.sallyport.handshake.wire;

import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client offers (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2). Lists keep the order of the wire, less the
 * GREASE values (RFC 8701); an empty list was not sent or held GREASE alone. The random is not kept.
 *
 * @param legacyVersion the version field of the message itself
 * @param sessionIdLength bytes, 0..32
 * @param sessionIdHash tells whether a ServerHello echoes the session id; 0 for an empty one
 * @param cipherSuites with the signalling values (SCSV) that stand among them
 * @param extensionTypes in order
 * @param supportedVersions the versions on offer, highest first: supported_versions if sent, else the legacy version alone,
 *     at most TLS 1.2 (RFC 8446 section 4.2.1)
 * @param serverName lower-case, without a trailing dot; null if none or a malformed one was sent
 * @param sentServerName the same to the letter
 * @param malformedServerName the first 255 bytes of a host_name that is no host name, made printable; null otherwise
 * @param alpn protocol names, one character a byte: escape them before printing (RFC 7301)
 * @param certificateSignatureSchemes signature_algorithms_cert, empty if not sent
 * @param certificateCompressionAlgorithms RFC 8879
 * @param pskModes psk_key_exchange_modes (RFC 8446 section 4.2.9)
 * @param pskCount identities in pre_shared_key, 0 if not sent
 * @param sessionTicketLength bytes of the RFC 5077 ticket, 0 for the mere wish for one, -1 if not sent
 * @param grease whether GREASE values stood in any list
 * @param length bytes of the message with its header of four
 */
public record ClientHello(
        int legacyVersion,
        int sessionIdLength,
        int sessionIdHash,
        CodeList cipherSuites,
        CodeList compressionMethods,
        CodeList extensionTypes,
        CodeList supportedVersions,
        @Nullable String serverName,
        @Nullable String sentServerName,
        @Nullable String malformedServerName,
        List<String> alpn,
        CodeList groups,
        CodeList keyShareGroups,
        CodeList signatureSchemes,
        CodeList certificateSignatureSchemes,
        CodeList certificateCompressionAlgorithms,
        CodeList pskModes,
        int pskCount,
        int sessionTicketLength,
        boolean grease,
        int length)
        implements HandshakeMessage {
    public ClientHello {
        alpn = alpn instanceof ProtocolNames ? alpn : List.copyOf(alpn);
    }

    public boolean hasExtension(int type) {
        return extensionTypes.contains(type);
    }

    /** The highest version on offer, a known one or not. */
    public int highestVersion() {
        return supportedVersions.get(0);
    }

    /** Whether the client can renegotiate securely (RFC 5746 section 3.4). */
    public boolean hasSecureRenegotiation() {
        return hasExtension(ExtensionTypes.RENEGOTIATION_INFO)
                || cipherSuites.contains(CipherSuites.TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
    }

    /** RFC 7627. */
    public boolean hasExtendedMasterSecret() {
        return hasExtension(ExtensionTypes.EXTENDED_MASTER_SECRET);
    }

    @Override
    public String describe() {
        StringBuilder text = new StringBuilder(192).append(ListText.join(supportedVersions, TlsVersions::name));
        text.append("; ").append(ListText.count(cipherSuites.size(), "cipher suite"));
        if (!groups.isEmpty()) {
            text.append("; groups ").append(ListText.join(groups, NamedGroups::name));
        }
        if (hasExtension(ExtensionTypes.KEY_SHARE)) {
            text.append("; key shares ").append(ListText.join(keyShareGroups, NamedGroups::name));
        }
        if (pskCount > 0) {
            text.append("; ").append(ListText.count(pskCount, "PSK"));
        }
        if (sessionTicketLength > 0) {
            text.append("; ticket of ").append(sessionTicketLength).append(" bytes");
        }
        if (serverName != null) {
            text.append("; server name ").append(serverName);
        } else if (malformedServerName != null) {
            text.append("; malformed server name ").append(malformedServerName);
        }
        if (!alpn.isEmpty()) {
            text.append("; ALPN ").append(ListText.join(alpn, WireText::printable));
        }
        return text.append(grease ? "; GREASE" : "").toString();
    }
}
