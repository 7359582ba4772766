package io.sallyport.handshake;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.ClientHelloParser;
import io.sallyport.handshake.wire.MalformedHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds ClientHello bytes by hand, the broken ones included. */
public final class HelloBytes {
    private String legacyVersion = "0303";
    private String sessionId = "00";
    private String cipherSuites = "00021301";
    private String compressionMethods = "0100";
    private final StringBuilder extensions = new StringBuilder();
    private boolean noExtensions;
    private String tail = "";

    public HelloBytes legacyVersion(String hex) {
        legacyVersion = hex;
        return this;
    }

    /** With its length. */
    public HelloBytes sessionId(String hex) {
        sessionId = hex;
        return this;
    }

    /** With their length. */
    public HelloBytes cipherSuites(String hex) {
        cipherSuites = hex;
        return this;
    }

    /** With their length. */
    public HelloBytes compressionMethods(String hex) {
        compressionMethods = hex;
        return this;
    }

    public HelloBytes extension(int type, String hex) {
        extensions.append(uint16(type)).append(uint16(hex.length() / 2)).append(hex);
        return this;
    }

    public HelloBytes serverName(String name) {
        String hex = ByteBufUtil.hexDump(name.getBytes(StandardCharsets.ISO_8859_1));
        int length = name.length();
        return extension(ExtensionTypes.SERVER_NAME, uint16(length + 3) + "00" + uint16(length) + hex);
    }

    /** Not even the length of the extensions. */
    public HelloBytes withoutExtensions() {
        noExtensions = true;
        return this;
    }

    /** What follows the extensions. */
    public HelloBytes tail(String hex) {
        tail = hex;
        return this;
    }

    public byte[] body() {
        String hex = legacyVersion
                + "11".repeat(32)
                + sessionId
                + cipherSuites
                + compressionMethods
                + (noExtensions ? "" : uint16(extensions.length() / 2) + extensions)
                + tail;
        return ByteBufUtil.decodeHexDump(hex);
    }

    public ClientHello parse() throws MalformedHandshakeException {
        return ClientHelloParser.parse(Unpooled.wrappedBuffer(body()));
    }

    public byte[] message() {
        return message(HandshakeTypes.CLIENT_HELLO, body());
    }

    public static byte[] message(int type, byte[] body) {
        ByteBuf message =
                Unpooled.buffer().writeByte(type).writeMedium(body.length).writeBytes(body);
        return ByteBufUtil.getBytes(message);
    }

    /** The message in records whose fragments have the given length, the last one what is left. */
    public static byte[] records(byte[] message, int fragment) {
        ByteBuf records = Unpooled.buffer();
        for (int at = 0; at < message.length; at += fragment) {
            byte[] piece = Arrays.copyOfRange(message, at, Math.min(at + fragment, message.length));
            records.writeBytes(record(ContentTypes.HANDSHAKE, piece));
        }
        return ByteBufUtil.getBytes(records);
    }

    public static byte[] record(int type, byte[] fragment) {
        ByteBuf record = Unpooled.buffer()
                .writeByte(type)
                .writeShort(0x0301)
                .writeShort(fragment.length)
                .writeBytes(fragment);
        return ByteBufUtil.getBytes(record);
    }

    public static String uint16(int value) {
        return String.format("%04x", value);
    }
}
