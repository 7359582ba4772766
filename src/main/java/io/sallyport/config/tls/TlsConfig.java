package io.sallyport.config.tls;

import io.sallyport.config.hocon.FilePath;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.StartTls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The TLS side of one listener, or of one of its routes.
 *
 * @param policy versions, suites and groups
 * @param certificates the first is the default
 * @param unknownServerName what a client gets that asks for a name of no certificate and no route
 * @param missingServerName what a client gets that asks for none
 * @param alpn application protocols in order of preference; empty: the extension is not answered
 * @param clientAuth which client certificates are asked for and taken
 * @param recheckClients whether connected clients are judged again when their certificate ends and after a reload
 * @param session resumption
 * @param ocspResponses files with the OCSP responses to staple, DER, each for one of the certificates
 * @param recordPath what moves the records after the handshake
 * @param rsaSigning what signs with RSA keys
 */
public record TlsConfig(
        TlsPolicyConfig policy,
        List<CertificateConfig> certificates,
        ServerNamePolicy unknownServerName,
        ServerNamePolicy missingServerName,
        List<String> alpn,
        ClientAuthConfig clientAuth,
        boolean recheckClients,
        SessionConfig session,
        List<Path> ocspResponses,
        RecordPath recordPath,
        RsaSigning rsaSigning) {

    public static final String ALPN_RULE = "an application protocol, 1 to 255 bytes, as h2 or http/1.1";

    /** IANA's name of PostgreSQL for ALPN. */
    private static final String POSTGRESQL = "postgresql";

    /** What is done about a server name that is not to be had. */
    public enum ServerNamePolicy {
        /** The first certificate and the listener's backend. */
        DEFAULT,
        /** The alert unrecognized_name (RFC 6066 section 3). */
        REJECT
    }

    /** What moves the records after the handshake. */
    public enum RecordPath {
        /** Straight through BoringSSL, each direction on its own. */
        DIRECT,
        /** Netty's SslHandler, which ends both directions at the client's close_notify. */
        SSL_HANDLER
    }

    /** What signs with RSA keys. */
    public enum RsaSigning {
        /** Whichever is faster, measured at the start. */
        AUTO,
        BORINGSSL,
        /** Amazon's Corretto Crypto Provider, where it can be loaded. */
        CORRETTO
    }

    public TlsConfig {
        certificates = List.copyOf(certificates);
        alpn = List.copyOf(alpn);
        ocspResponses = List.copyOf(ocspResponses);
    }

    /**
     * Reads one.
     *
     * @param startTls what clients say before TLS
     * @param authorities those that certificates may be ordered from
     */
    public static TlsConfig read(Section section, StartTls startTls, Map<String, AcmeConfig> authorities) {
        return new TlsConfig(
                TlsPolicyConfig.read(section),
                section.sections("certificates", each -> CertificateConfig.readServer(each, authorities)),
                section.live().choice("unknown-server-name", ServerNamePolicy.class),
                section.live().choice("missing-server-name", ServerNamePolicy.class),
                alpn(section, startTls),
                section.child("client-auth", ClientAuthConfig::read),
                section.live().bool("recheck-clients"),
                section.child("session", SessionConfig::read),
                section.child(
                        "ocsp-stapling",
                        ocsp -> ocsp.live()
                                .parsedList("response-file", "a file", text -> FilePath.of(text, ocsp.directory()))),
                section.live().choice("record-path", RecordPath.class),
                section.live().choice("rsa-signing", RsaSigning.class));
    }

    /** Clients of PostgreSQL that begin with TLS at once go on only where the server has agreed on their protocol. */
    private static List<String> alpn(Section section, StartTls startTls) {
        List<String> protocols = section.live().parsedList("alpn", ALPN_RULE, TlsConfig::protocol);
        if (startTls != StartTls.POSTGRESQL) {
            return protocols;
        }
        if (!protocols.isEmpty() && !protocols.contains(POSTGRESQL)) {
            section.problem(
                    "alpn", protocols + " (expected: with " + POSTGRESQL + ", or [], when starttls is postgresql)");
        }
        return protocols.isEmpty() ? List.of(POSTGRESQL) : protocols;
    }

    /** RFC 7301 section 3.1. */
    public static String protocol(String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > 255) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }
}
