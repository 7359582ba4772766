package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ExtensionTypes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One reading of one ServerHello body. */
public final class ServerHelloParser {
    // SHA-256 of "HelloRetryRequest" stands in the place of the random (RFC 8446 section 4.1.3).
    private static final long[] RETRY_RANDOM = {
        0xCF21AD74E59A6111L, 0xBE1D8C021E65B891L, 0xC2A211167ABB8C5EL, 0x079E09E2C8A8339CL
    };
    // "DOWNGRD" and the step in the last eight bytes of the random (RFC 8446 section 4.1.3).
    private static final long DOWNGRADE_TO_TLS_1_2 = 0x444F574E47524401L;
    private static final long DOWNGRADE_FURTHER = 0x444F574E47524400L;

    private static final int VERSION_LENGTH = 2;
    private static final int RANDOM_LENGTH = 32;

    private final ByteBuf buffer;
    private final int start;
    private final WireReader body;

    private int version;
    private int group = -1;
    private int selectedPsk = -1;
    private @Nullable String alpn;
    private CodeList extensionTypes = CodeList.EMPTY;

    /** The body lies at the absolute indexes {@code start} (inclusive) to {@code end} (exclusive). */
    ServerHelloParser(ByteBuf buffer, int start, int end) {
        this.buffer = buffer;
        this.start = start;
        this.body = new WireReader(buffer, start, end);
    }

    /**
     * Reads the readable bytes of {@code body}, the message without its header of four bytes, and leaves its indexes alone.
     *
     * @param hello what it answers, to recognise the session id; null if unknown
     * @throws MalformedHandshakeException if they break a rule of RFC 8446 section 4.1.3
     */
    public static ServerHello parse(ByteBuf body, @Nullable ClientHello hello) throws MalformedHandshakeException {
        return new ServerHelloParser(body, body.readerIndex(), body.writerIndex()).parse(hello);
    }

    ServerHello parse(@Nullable ClientHello hello) throws MalformedHandshakeException {
        version = body.uint16("version");
        body.skip(RANDOM_LENGTH, "random");
        WireReader sessionId = body.vector8(0, "session_id");
        int sessionIdLength = sessionId.remaining();
        int sessionIdHash = sessionId.hash();
        int suite = body.uint16("cipher_suite");
        body.uint8("compression_method");
        if (body.hasRemaining()) {
            parseExtensions(body.vector16(0, "extensions"));
            body.end("ServerHello");
        }
        boolean echoed = hello != null
                && sessionIdLength > 0
                && sessionIdLength == hello.sessionIdLength()
                && sessionIdHash == hello.sessionIdHash();
        return new ServerHello(
                isRetry(),
                version,
                sessionIdLength,
                echoed,
                suite,
                group,
                selectedPsk,
                alpn,
                extensionTypes,
                isDowngraded());
    }

    private boolean isRetry() {
        int random = start + VERSION_LENGTH;
        for (int i = 0; i < RETRY_RANDOM.length; i++) {
            if (buffer.getLong(random + i * Long.BYTES) != RETRY_RANDOM[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean isDowngraded() {
        long last = buffer.getLong(start + VERSION_LENGTH + RANDOM_LENGTH - Long.BYTES);
        return last == DOWNGRADE_TO_TLS_1_2 || last == DOWNGRADE_FURTHER;
    }

    private void parseExtensions(WireReader extensions) throws MalformedHandshakeException {
        char[] types = new char[Math.min(extensions.remaining() / 4, 8)];
        int count = 0;
        while (extensions.hasRemaining()) {
            int type = extensions.uint16("extension type");
            parseExtension(type, extensions.vector16(0, "extension"));
            if (count == types.length) {
                types = Arrays.copyOf(types, 2 * count + 1);
            }
            types[count++] = (char) type;
        }
        extensionTypes = new CodeList(Arrays.copyOf(types, count));
    }

    private void parseExtension(int type, WireReader content) throws MalformedHandshakeException {
        switch (type) {
            case ExtensionTypes.SUPPORTED_VERSIONS -> version = content.uint16("selected_version");
            case ExtensionTypes.KEY_SHARE -> group = content.uint16("key_share group");
            case ExtensionTypes.PRE_SHARED_KEY -> selectedPsk = content.uint16("selected_identity");
            case ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION ->
                alpn = content.vector16(2, "protocol names")
                        .vector8(1, "protocol name")
                        .latin1();
            default -> {} // told by its type alone
        }
    }
}
