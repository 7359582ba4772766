package io.sallyport.handshake.wire;

import io.netty.buffer.ByteBuf;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.iana.KeyExchange;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.HandshakeMessage.CertificateRequest;
import io.sallyport.handshake.wire.HandshakeMessage.CertificateVerify;
import io.sallyport.handshake.wire.HandshakeMessage.ClientKeyExchange;
import io.sallyport.handshake.wire.HandshakeMessage.NewSessionTicket;
import io.sallyport.handshake.wire.HandshakeMessage.ServerKeyExchange;
import io.sallyport.handshake.wire.HandshakeMessage.Unreadable;
import org.jspecify.annotations.Nullable;

/** Reads what a trace tells of the messages in the clear, from no more of their first bytes than that needs. */
public final class MessageParser {
    // The largest messages of ordinary handshakes, DHE with 8192 bits and lists of many trust anchors, stay below.
    private static final int MAX_READ = 4096;
    private static final int MAX_CLIENT_HELLO = ClientHelloReader.MAX_MESSAGE_WITH_CHAIN;
    private static final int NAMED_CURVE = 3;

    private MessageParser() {}

    /** How many of a body's first bytes {@link #parse} wants to see; 0 for types that have nothing to tell. */
    public static int bytesWanted(int type, int bodyLength) {
        return switch (type) {
            case HandshakeTypes.CLIENT_HELLO -> bodyLength <= MAX_CLIENT_HELLO ? bodyLength : 0;
            case HandshakeTypes.SERVER_HELLO, HandshakeTypes.SERVER_KEY_EXCHANGE, HandshakeTypes.CERTIFICATE_REQUEST ->
                Math.min(bodyLength, MAX_READ);
            case HandshakeTypes.NEW_SESSION_TICKET -> Math.min(bodyLength, 6);
            case HandshakeTypes.CLIENT_KEY_EXCHANGE, HandshakeTypes.CERTIFICATE_VERIFY -> Math.min(bodyLength, 2);
            default -> 0;
        };
    }

    /**
     * The message whose body has its first {@link #bytesWanted} bytes at the absolute indexes {@code start} (inclusive) to
     * {@code end} (exclusive); {@link Unreadable} if they make no sense.
     *
     * @param chosen the ServerHello before it, which some messages take their format from
     */
    public static HandshakeMessage parse(
            int type, ByteBuf buffer, int start, int end, @Nullable ClientHello hello, @Nullable ServerHello chosen) {
        WireReader body = new WireReader(buffer, start, end);
        try {
            return switch (type) {
                case HandshakeTypes.CLIENT_HELLO -> new ClientHelloParser(buffer, start, end).parse();
                case HandshakeTypes.SERVER_HELLO -> new ServerHelloParser(buffer, start, end).parse(hello);
                case HandshakeTypes.SERVER_KEY_EXCHANGE -> serverKeyExchange(body, chosen);
                case HandshakeTypes.CERTIFICATE_REQUEST -> certificateRequest(body, chosen);
                case HandshakeTypes.CLIENT_KEY_EXCHANGE -> clientKeyExchange(body, chosen);
                case HandshakeTypes.CERTIFICATE_VERIFY -> certificateVerify(body, chosen);
                case HandshakeTypes.NEW_SESSION_TICKET ->
                    new NewSessionTicket(body.uint32("ticket_lifetime_hint"), body.uint16("ticket"));
                default -> new Unreadable("message type " + HandshakeTypes.name(type));
            };
        } catch (MalformedHandshakeException e) {
            return new Unreadable(e.detail());
        }
    }

    private static HandshakeMessage serverKeyExchange(WireReader body, @Nullable ServerHello chosen)
            throws MalformedHandshakeException {
        if (chosen == null) {
            return new Unreadable("no ServerHello before it");
        }
        return switch (KeyExchange.ofSuite(chosen.cipherSuite())) {
            case ECDHE -> ellipticServerKeyExchange(body, chosen);
            case DHE -> finiteFieldServerKeyExchange(body, chosen);
            case RSA, OTHER -> new Unreadable("key exchange of " + CipherSuites.name(chosen.cipherSuite()));
        };
    }

    private static HandshakeMessage ellipticServerKeyExchange(WireReader body, ServerHello chosen)
            throws MalformedHandshakeException {
        int curveType = body.uint8("curve_type");
        if (curveType != NAMED_CURVE) {
            return new Unreadable("curve_type: " + curveType + " (expected: 3, a named curve)");
        }
        int group = body.uint16("named_curve");
        int publicLength = body.vector8(1, "point").remaining();
        return new ServerKeyExchange(group, publicLength, signatureScheme(body, chosen));
    }

    private static HandshakeMessage finiteFieldServerKeyExchange(WireReader body, ServerHello chosen)
            throws MalformedHandshakeException {
        body.vector16(1, "dh_p");
        body.vector16(1, "dh_g");
        int publicLength = body.vector16(1, "dh_Ys").remaining();
        return new ServerKeyExchange(-1, publicLength, signatureScheme(body, chosen));
    }

    /** -1 before TLS 1.2, where the certificate's key alone decides, and for anonymous suites, which sign nothing. */
    private static int signatureScheme(WireReader body, @Nullable ServerHello chosen)
            throws MalformedHandshakeException {
        boolean named = chosen != null && chosen.version() >= TlsVersions.TLS_1_2 && body.hasRemaining();
        return named ? body.uint16("signature algorithm") : -1;
    }

    private static HandshakeMessage certificateRequest(WireReader body, @Nullable ServerHello chosen)
            throws MalformedHandshakeException {
        CodeList types = body.vector8(1, "certificate_types").codes8();
        boolean listsSchemes = chosen != null && chosen.version() >= TlsVersions.TLS_1_2;
        CodeList schemes = listsSchemes
                ? body.vector16(2, "supported_signature_algorithms").codes16("supported_signature_algorithms")
                : CodeList.EMPTY;
        int authoritiesLength = body.uint16("certificate_authorities");
        if (body.remaining() < authoritiesLength) {
            return new CertificateRequest(types, schemes, -1, authoritiesLength);
        }
        int authorities = 0;
        for (; body.hasRemaining(); authorities++) {
            body.vector16(1, "distinguished name");
        }
        return new CertificateRequest(types, schemes, authorities, authoritiesLength);
    }

    private static HandshakeMessage clientKeyExchange(WireReader body, @Nullable ServerHello chosen)
            throws MalformedHandshakeException {
        KeyExchange method = chosen == null ? KeyExchange.OTHER : KeyExchange.ofSuite(chosen.cipherSuite());
        boolean shortLength = method == KeyExchange.ECDHE;
        return new ClientKeyExchange(method, shortLength ? body.uint8("point") : body.uint16("key exchange"));
    }

    private static HandshakeMessage certificateVerify(WireReader body, @Nullable ServerHello chosen)
            throws MalformedHandshakeException {
        return new CertificateVerify(signatureScheme(body, chosen));
    }
}
