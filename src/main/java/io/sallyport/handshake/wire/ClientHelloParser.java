package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.Grease;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.MalformedHandshakeException.Reason;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One reading of one ClientHello body. Allocates in proportion to the bytes that arrived, whatever lengths they claim. */
public final class ClientHelloParser {
    private static final int HEADER_LENGTH = 4;
    private static final int RANDOM_LENGTH = 32;
    private static final int MAX_SESSION_ID = 32;
    private static final int HOST_NAME = 0;
    private static final int MIN_BINDER = 32;
    private static final int MAX_MALFORMED_NAME = 255;

    // A protocol name of one byte costs 50 bytes of heap: unbounded, 16 KiB of them would cost 400 KiB.
    private static final int MAX_PROTOCOLS = 255;

    private final WireReader body;
    private final int length;

    private boolean grease;
    private CodeList extensionTypes = CodeList.EMPTY;
    private CodeList supportedVersions = CodeList.EMPTY;
    private @Nullable String serverName;
    private @Nullable String sentServerName;
    private @Nullable String malformedServerName;
    private List<String> alpn = List.of();
    private CodeList groups = CodeList.EMPTY;
    private CodeList keyShareGroups = CodeList.EMPTY;
    private CodeList signatureSchemes = CodeList.EMPTY;
    private CodeList certificateSignatureSchemes = CodeList.EMPTY;
    private CodeList certificateCompressionAlgorithms = CodeList.EMPTY;
    private CodeList pskModes = CodeList.EMPTY;
    private int pskCount;
    private int sessionTicketLength = -1;

    /** The body lies at the absolute indexes {@code start} (inclusive) to {@code end} (exclusive). */
    ClientHelloParser(ByteBuf buffer, int start, int end) {
        this.body = new WireReader(buffer, start, end);
        this.length = HEADER_LENGTH + end - start;
    }

    /**
     * Reads the readable bytes of {@code body}, the message without its header of four bytes, and leaves its indexes alone.
     *
     * @throws MalformedHandshakeException if they break a rule of RFC 8446 sections 4.1.2 and 4.2 or of an extension's RFC
     */
    public static ClientHello parse(ByteBuf body) throws MalformedHandshakeException {
        return new ClientHelloParser(body, body.readerIndex(), body.writerIndex()).parse();
    }

    ClientHello parse() throws MalformedHandshakeException {
        int legacyVersion = body.uint16("legacy_version");
        body.skip(RANDOM_LENGTH, "random");
        WireReader sessionId = body.vector8(0, "session_id");
        int sessionIdLength = sessionId.remaining();
        if (sessionIdLength > MAX_SESSION_ID) {
            throw new MalformedHandshakeException(
                    Reason.BAD_LENGTH, "session_id: " + sessionIdLength + " bytes (expected: 0..32)");
        }
        CodeList cipherSuites = codes(body.vector16(2, "cipher_suites"), "cipher_suites");
        CodeList compressionMethods = body.vector8(1, "compression_methods").codes8();
        // A client that offers no extensions leaves out their length too (RFC 5246 section 7.4.1.2).
        if (body.hasRemaining()) {
            parseExtensions(body.vector16(0, "extensions"));
            body.end("ClientHello");
        }
        if (supportedVersions.isEmpty()) {
            supportedVersions = CodeList.of(Math.min(legacyVersion, TlsVersions.TLS_1_2));
        }
        return new ClientHello(
                legacyVersion,
                sessionIdLength,
                sessionId.hash(),
                cipherSuites,
                compressionMethods,
                extensionTypes,
                supportedVersions,
                serverName,
                sentServerName,
                malformedServerName,
                alpn,
                groups,
                keyShareGroups,
                signatureSchemes,
                certificateSignatureSchemes,
                certificateCompressionAlgorithms,
                pskModes,
                pskCount,
                sessionTicketLength,
                grease,
                length);
    }

    private void parseExtensions(WireReader extensions) throws MalformedHandshakeException {
        // The shortest extension has four bytes, which bounds the number of types before any is read.
        char[] types = new char[Math.min(extensions.remaining() / 4, 32)];
        int count = 0;
        while (extensions.hasRemaining()) {
            int type = extensions.uint16("extension type");
            WireReader content = extensions.vector16(0, "extension");
            if (count == types.length) {
                types = Arrays.copyOf(types, 2 * count + 1);
            }
            types[count++] = (char) type;
            if (type == ExtensionTypes.PRE_SHARED_KEY && extensions.hasRemaining()) {
                throw new MalformedHandshakeException(
                        Reason.PRE_SHARED_KEY_NOT_LAST,
                        "pre_shared_key: followed by " + extensions.remaining()
                                + " bytes (expected: the last extension)");
            }
            parseExtension(type, content);
        }
        rejectDuplicates(Arrays.copyOf(types, count));
        extensionTypes = withoutGrease(types, count);
    }

    /** Sorts first: comparing each with each would let one message of 4,096 types cost milliseconds. */
    private static void rejectDuplicates(char[] types) throws MalformedHandshakeException {
        Arrays.sort(types);
        for (int i = 1; i < types.length; i++) {
            if (types[i] == types[i - 1]) {
                throw new MalformedHandshakeException(
                        Reason.DUPLICATE_EXTENSION,
                        "extensions: " + ExtensionTypes.name(types[i]) + " twice (expected: at most once)");
            }
        }
    }

    private CodeList withoutGrease(char[] types, int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (!Grease.isGrease(types[i])) {
                types[kept++] = types[i];
            }
        }
        grease |= kept < count;
        return new CodeList(Arrays.copyOf(types, kept));
    }

    private void parseExtension(int type, WireReader content) throws MalformedHandshakeException {
        switch (type) {
            case ExtensionTypes.SERVER_NAME -> parseServerName(content);
            case ExtensionTypes.SUPPORTED_GROUPS -> groups = codeVector16(content, "supported_groups");
            case ExtensionTypes.EC_POINT_FORMATS -> {
                content.vector8(1, "ec_point_formats");
                content.end("ec_point_formats");
            }
            case ExtensionTypes.SIGNATURE_ALGORITHMS ->
                signatureSchemes = codeVector16(content, "signature_algorithms");
            case ExtensionTypes.SIGNATURE_ALGORITHMS_CERT ->
                certificateSignatureSchemes = codeVector16(content, "signature_algorithms_cert");
            case ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION -> parseAlpn(content);
            case ExtensionTypes.COMPRESS_CERTIFICATE ->
                certificateCompressionAlgorithms = codeVector8(content, "compress_certificate");
            case ExtensionTypes.SUPPORTED_VERSIONS ->
                supportedVersions = codeVector8(content, "supported_versions").descending();
            case ExtensionTypes.PSK_KEY_EXCHANGE_MODES -> {
                pskModes = content.vector8(1, "psk_key_exchange_modes").codes8();
                content.end("psk_key_exchange_modes");
            }
            case ExtensionTypes.KEY_SHARE -> parseKeyShare(content);
            case ExtensionTypes.PRE_SHARED_KEY -> parsePreSharedKey(content);
            case ExtensionTypes.SESSION_TICKET -> sessionTicketLength = content.remaining();
            case ExtensionTypes.RENEGOTIATION_INFO -> {
                content.vector8(0, "renegotiation_info");
                content.end("renegotiation_info");
            }
            case ExtensionTypes.ENCRYPT_THEN_MAC -> content.end("encrypt_then_mac");
            case ExtensionTypes.EXTENDED_MASTER_SECRET -> content.end("extended_master_secret");
            case ExtensionTypes.EARLY_DATA -> content.end("early_data");
            case ExtensionTypes.POST_HANDSHAKE_AUTH -> content.end("post_handshake_auth");
            default -> {} // told by its type alone
        }
    }

    /** RFC 6066 section 3. Names of other types than host_name share its form and are skipped. */
    private void parseServerName(WireReader content) throws MalformedHandshakeException {
        WireReader names = content.vector16(1, "server_name");
        content.end("server_name");
        boolean seen = false;
        while (names.hasRemaining()) {
            int type = names.uint8("server_name type");
            WireReader name = names.vector16(1, "host_name");
            if (type != HOST_NAME) {
                continue;
            }
            if (seen) {
                throw new MalformedHandshakeException(
                        Reason.MULTIPLE_HOST_NAMES, "server_name: more than one host_name (expected: one)");
            }
            seen = true;
            String wire = name.latin1();
            serverName = HostName.normalize(wire);
            sentServerName = serverName == null ? null : wire;
            malformedServerName = serverName == null ? WireText.printable(shorten(wire)) : null;
        }
    }

    private static String shorten(String name) {
        return name.length() <= MAX_MALFORMED_NAME ? name : name.substring(0, MAX_MALFORMED_NAME);
    }

    /** RFC 7301 section 3.1. */
    private void parseAlpn(WireReader content) throws MalformedHandshakeException {
        WireReader names = content.vector16(2, "application_layer_protocol_negotiation");
        content.end("application_layer_protocol_negotiation");
        byte[] kept = new byte[names.remaining()];
        int length = 0;
        for (int count = 0; names.hasRemaining(); count++) {
            if (count == MAX_PROTOCOLS) {
                throw new MalformedHandshakeException(
                        Reason.TOO_MANY_ENTRIES, "application_layer_protocol_negotiation: more than 255 names");
            }
            byte[] name = names.vector8(1, "protocol name").bytes();
            if (name.length == 2 && Grease.isGrease(((name[0] & 0xFF) << 8) | (name[1] & 0xFF))) {
                grease = true;
            } else {
                kept[length++] = (byte) name.length;
                System.arraycopy(name, 0, kept, length, name.length);
                length += name.length;
            }
        }
        alpn = new ProtocolNames(Arrays.copyOf(kept, length));
    }

    /** RFC 8446 section 4.2.8. An empty list is legal: it asks for a HelloRetryRequest. */
    private void parseKeyShare(WireReader content) throws MalformedHandshakeException {
        WireReader shares = content.vector16(0, "key_share");
        content.end("key_share");
        char[] shared = new char[Math.min(shares.remaining() / 5, 8)];
        int count = 0;
        while (shares.hasRemaining()) {
            int group = shares.uint16("key_share group");
            shares.vector16(1, "key_exchange");
            if (count == shared.length) {
                shared = Arrays.copyOf(shared, 2 * count + 1);
            }
            shared[count++] = (char) group;
        }
        keyShareGroups = withoutGrease(shared, count);
    }

    /** RFC 8446 section 4.2.11. */
    private void parsePreSharedKey(WireReader content) throws MalformedHandshakeException {
        WireReader identities = content.vector16(1, "psk identities");
        while (identities.hasRemaining()) {
            identities.vector16(1, "psk identity");
            identities.skip(4, "obfuscated_ticket_age");
            pskCount++;
        }
        WireReader binders = content.vector16(1, "psk binders");
        content.end("pre_shared_key");
        int binderCount = 0;
        while (binders.hasRemaining()) {
            binders.vector8(MIN_BINDER, "psk binder");
            binderCount++;
        }
        if (binderCount != pskCount) {
            throw new MalformedHandshakeException(
                    Reason.BAD_LENGTH,
                    "psk binders: " + binderCount + " (expected: " + pskCount + ", one for each identity)");
        }
    }

    private CodeList codeVector8(WireReader content, String field) throws MalformedHandshakeException {
        WireReader vector = content.vector8(2, field);
        content.end(field);
        return codes(vector, field);
    }

    private CodeList codeVector16(WireReader content, String field) throws MalformedHandshakeException {
        WireReader vector = content.vector16(2, field);
        content.end(field);
        return codes(vector, field);
    }

    private CodeList codes(WireReader vector, String field) throws MalformedHandshakeException {
        int sent = vector.remaining() / 2;
        CodeList codes = vector.codes16(field);
        grease |= codes.size() < sent;
        return codes;
    }
}
