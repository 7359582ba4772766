package io.sallyport.proxyprotocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.sallyport.config.SendProxyProtocolConfig;
import io.sallyport.tls.context.ServerCertificate;
import io.sallyport.tls.context.TlsSession;
import io.sallyport.tls.trust.ClientIdentity;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a version 2 header tells beside the addresses (section 2.2). Used once. */
final class Tlvs {
    private static final int ALPN = 0x01;
    private static final int AUTHORITY = 0x02;
    private static final int UNIQUE_ID = 0x05;
    private static final int SSL_VERSION = 0x21;
    private static final int SSL_CN = 0x22;
    private static final int SSL_CIPHER = 0x23;
    private static final int SSL_SIG_ALG = 0x24;
    private static final int SSL_KEY_ALG = 0x25;
    private static final int SSL_GROUP = 0x26;
    private static final int SSL_CLIENT_CERT = 0x28;

    private static final int CLIENT_SSL = 0x01;
    private static final int CLIENT_CERT_CONN = 0x02;
    private static final int CLIENT_CERT_SESS = 0x04;

    /** Zero would say that a certificate was presented and verified. */
    private static final int NOT_VERIFIED = 1;

    private static final int TLV_HEADER = 3;

    /** What a certificate can make a header grow by: receivers have bounds, and haproxy's is 16 KiB. */
    private static final int MOST_OF_CERTIFICATE = 12 << 10;

    private final SendProxyProtocolConfig config;
    private final List<HAProxyTLV> tlvs = new ArrayList<>();
    private int ofCertificate;

    private Tlvs(SendProxyProtocolConfig config) {
        this.config = config;
    }

    static List<HAProxyTLV> of(SendProxyProtocolConfig config, ProxiedConnection connection) {
        Tlvs result = new Tlvs(config);
        if (config.tlsInformation()) {
            result.addInformation(connection);
        }
        if (config.crc32c()) {
            result.tlvs.add(tlv(Checksum.TYPE, new byte[Checksum.BYTES]));
        }
        return result.tlvs;
    }

    private void addInformation(ProxiedConnection connection) {
        TlsSession session = connection.session();
        if (session != null) {
            add(tlvs, ALPN, session.alpn());
        }
        add(tlvs, AUTHORITY, connection.serverName());
        add(tlvs, UNIQUE_ID, connection.id());
        if (session == null) {
            return;
        }
        X509Certificate leaf =
                session.clientChain().isEmpty() ? null : session.clientChain().get(0);
        ClientIdentity identity = leaf == null ? null : identity(leaf);
        HAProxySSLTLV ssl = ssl(session, leaf, identity, connection.serverCertificate());
        if (identity != null) {
            addOfCertificate(tlvs, config.sha256Type(), identity.sha256());
        }
        // Nothing beside these says that they were not verified, and anybody can write them into a certificate.
        if (identity != null && session.verified()) {
            identity.uris().forEach(uri -> addOfCertificate(tlvs, config.sanUriType(), uri));
            identity.dnsNames().forEach(name -> addOfCertificate(tlvs, config.sanDnsType(), name));
        }
        // Last: Netty takes what follows it for its parts.
        tlvs.add(ssl);
    }

    private HAProxySSLTLV ssl(
            TlsSession session,
            @Nullable X509Certificate leaf,
            @Nullable ClientIdentity identity,
            @Nullable ServerCertificate shown) {
        List<HAProxyTLV> inner = new ArrayList<>();
        add(inner, SSL_VERSION, session.version());
        if (identity != null && identity.commonName() != null) {
            addOfCertificate(inner, SSL_CN, identity.commonName());
        }
        add(inner, SSL_CIPHER, session.openSslCipher());
        if (shown != null) {
            add(inner, SSL_SIG_ALG, shown.signatureAlgorithm());
            add(inner, SSL_KEY_ALG, shown.keyAlgorithm());
        }
        add(inner, SSL_GROUP, session.registeredGroup());
        if (leaf != null && config.clientCertificate()) {
            byte[] der = encoded(leaf);
            if (hasRoom(der.length)) {
                inner.add(tlv(SSL_CLIENT_CERT, der));
            }
        }
        return new HAProxySSLTLV(session.verified() ? 0 : NOT_VERIFIED, client(session), inner);
    }

    private static byte client(TlsSession session) {
        if (session.clientChain().isEmpty()) {
            return CLIENT_SSL;
        }
        return (byte)
                (session.resumed() ? CLIENT_SSL | CLIENT_CERT_SESS : CLIENT_SSL | CLIENT_CERT_CONN | CLIENT_CERT_SESS);
    }

    private void addOfCertificate(List<HAProxyTLV> to, int type, String value) {
        byte[] bytes = value.getBytes(UTF_8);
        if (type != 0 && hasRoom(bytes.length)) {
            to.add(tlv(type, bytes));
        }
    }

    private boolean hasRoom(int bytes) {
        int sum = ofCertificate + TLV_HEADER + bytes;
        if (sum > MOST_OF_CERTIFICATE) {
            return false;
        }
        ofCertificate = sum;
        return true;
    }

    private static void add(List<HAProxyTLV> to, int type, @Nullable String value) {
        if (value != null) {
            to.add(tlv(type, value.getBytes(UTF_8)));
        }
    }

    private static HAProxyTLV tlv(int type, byte[] value) {
        return new HAProxyTLV((byte) type, Unpooled.wrappedBuffer(value));
    }

    private static ClientIdentity identity(X509Certificate leaf) {
        try {
            return ClientIdentity.of(leaf);
        } catch (CertificateParsingException e) {
            throw new IllegalStateException("a certificate that was read when the client was let in", e);
        }
    }

    private static byte[] encoded(X509Certificate leaf) {
        try {
            return leaf.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that came encoded", e);
        }
    }
}
