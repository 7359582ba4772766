package io.sallyport.handshake;

import static io.sallyport.handshake.Provocation.program;

import io.netty.buffer.ByteBufUtil;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.handshake.Provocation.Attempt;
import io.sallyport.handshake.Provocation.Preparation;
import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.wire.RecordHeader;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.CertificateRequest;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Everybody who fails, by whom each reason is provoked: real clients, and streams of bytes made by hand. */
final class Provocations {
    private static final String OPENSSL =
            "openssl s_client -connect ADDRESS -CAfile root.crt -verify_return_error -ign_eof ";
    private static final String NAMED = OPENSSL + "-servername localhost ";
    private static final String CURL =
            "curl -s --noproxy * --max-time 20 --resolve localhost:PORT:127.0.0.1 https://localhost:PORT/ ";
    private static final String GNUTLS = "gnutls-cli -p PORT 127.0.0.1 --sni-hostname localhost ";
    private static final String SHOWN = "-cert client.crt -cert_chain client.crt -key client.key";

    /** Bytes of TCP in one Ethernet packet, with timestamps. */
    private static final int PACKET = 1448;

    private static final String SHORT_DEADLINE = "listeners.https.timeouts.handshake = 1s";

    private final CertificateAuthority clients = CertificateAuthority.create("Clients");
    private final IssuedCertificate good = clients.client("ops").issue();
    private final List<Provocation> all = new ArrayList<>();

    private Provocations() {
        notTls();
        startTls();
        helloInPieces();
        offers();
        rejections();
        clientCertificates();
        middle();
    }

    static List<Provocation> all() {
        return List.copyOf(new Provocations().all);
    }

    private void notTls() {
        garbage(
                FailureReason.PLAIN_HTTP,
                "curl http://",
                null,
                "plain HTTP",
                (proxy, client) -> client.run(proxy, "curl -s --noproxy * --max-time 20 http://ADDRESS/"));
        String alert = "unexpected_message";
        garbage(FailureReason.OTHER_PROTOCOL, "an SSH client", alert, "SSH client", bytes("SSH-2.0-OpenSSH_9.2\r\n"));
        garbage(FailureReason.OTHER_PROTOCOL, "a mail client", alert, "STARTTLS", bytes("EHLO client.example\r\n"));
        garbage(
                FailureReason.OTHER_PROTOCOL,
                "a PostgreSQL client's SSLRequest",
                alert,
                "PostgreSQL",
                raw(ByteBufUtil.decodeHexDump("0000000804d2162f")));
        garbage(FailureReason.OTHER_PROTOCOL, "a Redis client", alert, "Redis", bytes("*1\r\n$4\r\nPING\r\n"));
        garbage(
                FailureReason.UNEXPECTED_PROXY_HEADER,
                "curl --haproxy-protocol",
                alert,
                "PROXY protocol header",
                program(CURL + "--haproxy-protocol"));
        garbage(
                FailureReason.UNEXPECTED_PROXY_HEADER,
                "a PROXY header of version 2",
                alert,
                "PROXY protocol header",
                raw(ByteBufUtil.decodeHexDump("0d0a0d0a000d0a515549540a20000000")));
        String headers = "listeners.https.proxy-protocol { accept = on, trusted = [\"127.0.0.0/8\"] }";
        add(
                FailureReason.PROXY_HEADER_MISSING,
                "curl without --haproxy-protocol where a header is expected",
                "proxy_header",
                "garbage",
                null,
                "begins without the PROXY protocol header",
                with(headers),
                program(CURL + "--cacert root.crt"));
        add(
                FailureReason.PROXY_HEADER_MALFORMED,
                "a PROXY header with an unknown protocol",
                "proxy_header",
                "garbage",
                null,
                "breaks the rules of its format",
                with(headers),
                bytes("PROXY TCP5 1.2.3.4 1.2.3.5 1 2\r\n"));
        add(
                FailureReason.SOURCE_DENIED,
                "curl from an address of sources.deny",
                "tcp",
                "closed",
                null,
                "127.0.0.1 is in 127.0.0.0/8 of sources.deny",
                with("listeners.https.sources.deny = [\"127.0.0.0/8\"]"),
                program(CURL + "--cacert root.crt"));
        garbage(FailureReason.GARBAGE, "bytes at random", alert, "no TLS", (proxy, client) -> {
            byte[] garbage = new byte[200];
            new Random(11).nextBytes(garbage);
            garbage[0] = 'J';
            send(proxy, garbage);
        });
        garbage(
                FailureReason.VERSION_TOO_OLD,
                "a ClientHello in the format of SSL 2.0",
                alert,
                "SSL 2.0",
                raw(ByteBufUtil.decodeHexDump("802e0103010015000000100000160000130000000a" + "00".repeat(28))));
    }

    private void startTls() {
        String smtp = "listeners.https.starttls = smtp";
        String postgresql = "listeners.https.starttls = postgresql";
        String ssl = "0000000804d2162f";
        startTls(
                FailureReason.STARTTLS_TIMEOUT,
                "a mail client that says EHLO, and then nothing",
                "timeout",
                "did not begin with TLS in time",
                smtp + ", " + SHORT_DEADLINE,
                bytes("EHLO client.example\r\n"));
        startTls(
                FailureReason.STARTTLS_TIMEOUT,
                "SSLRequest, and then nothing",
                "timeout",
                "did not begin with TLS in time",
                postgresql + ", " + SHORT_DEADLINE,
                raw(ByteBufUtil.decodeHexDump(ssl)));
        startTls(
                FailureReason.STARTTLS_NOT_ASKED,
                "a mail client that says QUIT",
                "closed",
                "left without asking for TLS",
                smtp,
                bytes("EHLO client.example\r\nQUIT\r\n"));
        startTls(
                FailureReason.STARTTLS_NOT_ASKED,
                "a mail client that says EHLO, and FIN",
                "fin",
                "left without asking for TLS",
                smtp,
                (proxy, client) -> send(proxy, "EHLO client.example\r\n".getBytes(StandardCharsets.US_ASCII)));
        startTls(
                FailureReason.STARTTLS_MALFORMED,
                "a command line of 2 KiB for starttls = smtp",
                "closed",
                "a line without end",
                smtp,
                bytes("EHLO " + "a".repeat(2048)));
        startTls(
                FailureReason.STARTTLS_INJECTION,
                "SSLRequest with bytes behind it",
                "closed",
                "CVE-2021-23214",
                postgresql,
                raw(ByteBufUtil.decodeHexDump(ssl + "00".repeat(20))));
        startTls(
                FailureReason.TLS_REQUIRED,
                "a PostgreSQL client that starts in plain text, for starttls = postgresql",
                "closed",
                "goes on in plain text",
                postgresql,
                raw(ByteBufUtil.decodeHexDump("0000000e000300007573657200610000")));
        startTls(
                FailureReason.PLAIN_CANCEL_REQUEST,
                "a PostgreSQL client that cancels in plain text",
                "closed",
                "around its certificates and rules",
                postgresql,
                raw(ByteBufUtil.decodeHexDump("0000001004d2162e0000000100000002")));
    }

    private void startTls(
            FailureReason reason, String client, String how, String cause, String settings, Attempt attempt) {
        add(reason, client, "starttls", how, null, cause, with(settings), attempt);
    }

    private void helloInPieces() {
        add(
                FailureReason.TIMEOUT,
                "a socket that stays silent",
                "tcp",
                "timeout",
                null,
                "sent nothing",
                with(SHORT_DEADLINE),
                raw());
        add(
                FailureReason.TIMEOUT,
                "a ClientHello, and then silence",
                "server_certificate",
                "timeout",
                null,
                "did not answer",
                with(SHORT_DEADLINE),
                hello(whole -> whole, TlsClient::tcpEnd));
        add(
                FailureReason.TIMEOUT,
                "half a ClientHello, and then silence",
                "client_hello",
                "timeout",
                null,
                "did not come whole",
                with(SHORT_DEADLINE),
                hello(Provocations::half, TlsClient::tcpEnd));
        add(
                FailureReason.CLIENT_HELLO_INCOMPLETE,
                "half a ClientHello, and FIN",
                "client_hello",
                "fin",
                null,
                "in the middle of its ClientHello",
                Preparation.NONE,
                hello(Provocations::half, TlsClient::sendFin));
        add(
                FailureReason.LARGE_CLIENT_HELLO_CUT,
                "the first packet of a post-quantum ClientHello of BoringSSL, and then silence",
                "client_hello",
                "timeout",
                null,
                "tldr.fail",
                with(SHORT_DEADLINE),
                (proxy, client) -> sendAndAwaitEnd(proxy, firstPacket()));
        add(
                FailureReason.LARGE_CLIENT_HELLO_CUT,
                "the first packet of a post-quantum ClientHello of BoringSSL, and RST",
                "client_hello",
                "reset",
                null,
                "tldr.fail",
                Preparation.NONE,
                (proxy, client) -> sendAndReset(proxy, firstPacket()));
        add(
                FailureReason.LARGE_CLIENT_HELLO_CUT,
                "the first packet of a post-quantum ClientHello of BoringSSL, and FIN",
                "client_hello",
                "fin",
                null,
                "tldr.fail",
                Preparation.NONE,
                (proxy, client) -> send(proxy, firstPacket()));
        refused(
                FailureReason.CLIENT_HELLO_MALFORMED,
                "a ClientHello whose session id is longer than itself",
                "client_hello",
                "decode_error",
                "breaks the rules",
                hello(
                        whole -> {
                            whole[5 + 4 + 2 + 32] = (byte) 0xff;
                            return whole;
                        },
                        TlsClient::tcpEnd));
        refused(
                FailureReason.CLIENT_HELLO_TOO_LARGE,
                "a ClientHello that announces 64 KiB",
                "client_hello",
                "illegal_parameter",
                "larger than any client needs",
                raw(ByteBufUtil.decodeHexDump("1603013e80" + "01010000" + "0303")));
        refused(
                FailureReason.CLIENT_HELLO_TOO_LARGE,
                "a ClientHello in 200 records",
                "client_hello",
                "unexpected_message",
                "cut into more records",
                hello(
                        whole -> HelloBytes.records(Arrays.copyOfRange(whole, RecordHeader.LENGTH, whole.length), 1),
                        TlsClient::tcpEnd));
    }

    private void offers() {
        refused(
                FailureReason.VERSION_TOO_OLD,
                "openssl s_client -tls1_1",
                "server_hello",
                "protocol_version",
                "offers TLSv1.1, and this route takes TLSv1.2 or TLSv1.3",
                program(NAMED + "-tls1_1 -cipher ALL:@SECLEVEL=0"));
        refused(
                FailureReason.VERSION_TOO_OLD,
                "gnutls-cli -VERS-ALL +VERS-TLS1.0",
                "server_hello",
                "protocol_version",
                "offers TLSv1, and",
                program(GNUTLS + "--insecure --priority NORMAL:-VERS-ALL:+VERS-TLS1.0"));
        add(
                FailureReason.VERSION_TOO_NEW,
                "openssl s_client -tls1_3 where only TLSv1.2 is taken",
                "server_hello",
                "alert_sent",
                "protocol_version",
                "offers only TLSv1.3, and this route takes TLSv1.2",
                with("listeners.https.tls.protocols = [TLSv1.2]"),
                program(NAMED + "-tls1_3"));
        refused(
                FailureReason.VERSION_TOO_NEW,
                "a ClientHello with an unknown version",
                "server_hello",
                "protocol_version",
                "offers only 0x0305",
                raw(HelloBytes.records(
                        new HelloBytes()
                                .extension(ExtensionTypes.SUPPORTED_VERSIONS, "020305")
                                .message(),
                        16_384)));
        refused(
                FailureReason.INAPPROPRIATE_FALLBACK,
                "openssl s_client -tls1_2 -fallback_scsv",
                "server_hello",
                "inappropriate_fallback",
                "second try with a lower version",
                program(NAMED + "-tls1_2 -fallback_scsv"));
        add(
                FailureReason.NO_COMMON_SUITE,
                "openssl s_client -tls1_2 -cipher AES128-SHA",
                "server_hello",
                "alert_sent",
                "handshake_failure",
                "TLS_RSA_WITH_AES_128_CBC_SHA",
                key(KeyKind.RSA_2048),
                program(NAMED + "-tls1_2 -cipher AES128-SHA"));
        refused(
                FailureReason.NO_COMMON_GROUP,
                "openssl s_client -groups P-521",
                "server_hello",
                "handshake_failure",
                "offers secp521r1",
                program(NAMED + "-tls1_3 -groups P-521"));
        refused(
                FailureReason.NO_COMMON_SIGNATURE_SCHEME,
                "openssl s_client -sigalgs RSA-PSS+SHA256 and an ECDSA certificate",
                "server_hello",
                "handshake_failure",
                "offers rsa_pss_rsae_sha256, and the certificate can sign by ecdsa_secp256r1_sha256",
                program(NAMED + "-tls1_3 -sigalgs RSA-PSS+SHA256"));
        refused(
                FailureReason.NO_COMMON_SIGNATURE_SCHEME,
                "openssl s_client -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256 and an ECDSA certificate",
                "server_hello",
                "handshake_failure",
                "offers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                program(NAMED + "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256"));
        add(
                FailureReason.NO_COMMON_SIGNATURE_SCHEME,
                "openssl s_client -sigalgs ECDSA+SHA256 and an RSA certificate",
                "server_hello",
                "alert_sent",
                "handshake_failure",
                "offers ecdsa_secp256r1_sha256, and the certificate can sign by rsa_pss_rsae_sha256",
                key(KeyKind.RSA_2048),
                program(NAMED + "-tls1_3 -sigalgs ECDSA+SHA256"));
        add(
                FailureReason.NO_COMMON_ALPN,
                "openssl s_client -alpn spdy/3",
                "server_hello",
                "alert_sent",
                "no_application_protocol",
                "offers spdy/3, and this route takes h2",
                with("listeners.https.tls.alpn = [h2]"),
                program(NAMED + "-alpn spdy/3"));
        add(
                FailureReason.UNKNOWN_SERVER_NAME,
                "openssl s_client -servername other.example",
                "server_hello",
                "alert_sent",
                "unrecognized_name",
                "\"other.example\"",
                with("listeners.https.tls.unknown-server-name = reject"),
                program(OPENSSL + "-servername other.example"));
        add(
                FailureReason.MISSING_SERVER_NAME,
                "openssl s_client -noservername",
                "server_hello",
                "alert_sent",
                "unrecognized_name",
                "asks for no server name",
                with("listeners.https.tls.missing-server-name = reject"),
                program(OPENSSL + "-noservername"));
        for (String policy : List.of("missing-server-name", "unknown-server-name")) {
            add(
                    FailureReason.UNKNOWN_SERVER_NAME,
                    "a server name that is none, under " + policy + " = reject",
                    "server_hello",
                    "alert_sent",
                    "unrecognized_name",
                    "asks for \"a..b\", which is no host name",
                    with("listeners.https.tls." + policy + " = reject"),
                    raw(HelloBytes.records(new HelloBytes().serverName("a..b").message(), 16_384)));
        }
    }

    private void rejections() {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            rejected(
                    FailureReason.CLIENT_REJECTED_ISSUER,
                    "openssl s_client " + version + " that does not know the authority",
                    "unknown_ca",
                    "does not trust the issuer of our certificate. It is for localhost, 127.0.0.1, issued by"
                            + " CN=Test Root, valid from",
                    Preparation.NONE,
                    program(NAMED.replace("root.crt", "other.crt") + version));
            rejected(
                    FailureReason.CLIENT_REJECTED_EXPIRED,
                    "openssl s_client " + version + " whose clock is ten years ahead",
                    "certificate_expired",
                    "by our clock it is valid",
                    Preparation.NONE,
                    program(NAMED + version + " -attime 2100000000"));
            rejected(
                    FailureReason.CLIENT_REJECTED_NAME,
                    "openssl s_client " + version + " -verify_hostname other.example",
                    "bad_certificate",
                    "asks for \"other.example\", and our certificate is for other names. It is for localhost",
                    Preparation.NONE,
                    program(OPENSSL + version + " -servername other.example -verify_hostname other.example"));
        }
        rejected(
                FailureReason.CLIENT_REJECTED_ISSUER,
                "curl that does not know the authority",
                "unknown_ca",
                "does not trust the issuer",
                Preparation.NONE,
                program(CURL));
        rejected(
                FailureReason.CLIENT_REJECTED_ISSUER,
                "curl and a self-signed certificate",
                "unknown_ca",
                "is self-signed",
                selfSigned(),
                program(CURL));
        rejected(
                FailureReason.CLIENT_REJECTED_NAME,
                "gnutls-cli with another name",
                "bad_certificate",
                "asks for \"other.example\"",
                Preparation.NONE,
                program("gnutls-cli -p PORT 127.0.0.1 --sni-hostname other.example --verify-hostname other.example"
                        + " --x509cafile root.crt"));
        rejected(
                FailureReason.CLIENT_REJECTED_CERTIFICATE,
                "a JDK client that does not know the authority",
                "certificate_unknown",
                "does not say why",
                Preparation.NONE,
                (proxy, client) -> HandshakeFailures.ofJdk(proxy, CertificateAuthority.create("Other")));
        for (String alert : List.of("certificate_revoked", "unsupported_certificate")) {
            rejected(
                    FailureReason.CLIENT_REJECTED_CERTIFICATE,
                    "a ClientHello for another name, and the alert " + alert,
                    alert,
                    alert.equals("certificate_revoked") ? "or one above it, revoked" : "of this kind",
                    Preparation.NONE,
                    alert(AlertDescriptions.code(alert)));
        }
        rejected(
                FailureReason.CLIENT_ALERT,
                "a BoringSSL client through Netty that does not know the authority",
                "internal_error",
                "with the alert internal_error. Some clients",
                Preparation.NONE,
                (proxy, client) -> HandshakeFailures.ofBoringSsl(proxy, CertificateAuthority.create("Other")));
        add(
                FailureReason.CLIENT_ALERT,
                "a ClientHello, and the alert insufficient_security",
                "server_certificate",
                "alert_received",
                "insufficient_security",
                "with the alert insufficient_security",
                Preparation.NONE,
                alert(AlertDescriptions.code("insufficient_security")));
    }

    /** Answers our certificate for another name with a fatal alert in the clear, as a client of TLS 1.2 does. */
    private static Attempt alert(int description) {
        byte[] hello = HelloBytes.records(
                new HelloBytes()
                        .cipherSuites("0002c02b")
                        .extension(ExtensionTypes.SUPPORTED_GROUPS, "00020017")
                        .serverName("other.example")
                        .message(),
                16_384);
        return (proxy, client) -> {
            try (TlsClient open = TlsClient.open(proxy.address(), proxy.authority())) {
                open.sendRaw(hello);
                open.sendRaw(new byte[] {ContentTypes.ALERT, 3, 3, 0, 2, 2, (byte) description});
                open.tcpEnd();
            }
        };
    }

    private void clientCertificates() {
        CertificateAuthority first = clients.authority("First").issueAuthority();
        CertificateAuthority second = first.authority("Second").issueAuthority();
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            add(
                    FailureReason.CLIENT_CERTIFICATE_MISSING,
                    "openssl s_client " + version + " without a certificate",
                    "client_certificate",
                    "alert_sent",
                    version.equals("-tls1_2") ? "handshake_failure" : "certificate_required",
                    "sent no certificate",
                    clientAuth(""),
                    program(NAMED + version));
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_EXPIRED,
                    version,
                    "an expired certificate",
                    "certificate_expired",
                    "has expired",
                    clients.client("ops").expired().issue(),
                    "");
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_NOT_YET_VALID,
                    version,
                    "a certificate of tomorrow",
                    "bad_certificate",
                    "not valid yet",
                    clients.client("ops").notYetValid().issue(),
                    "");
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_REVOKED,
                    version,
                    "a revoked certificate",
                    "certificate_revoked",
                    "revocation list names",
                    good,
                    "crls = [revoked.crl]");
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_UNKNOWN_ISSUER,
                    version,
                    "a certificate of another authority",
                    "unknown_ca",
                    "another authority issued it",
                    CertificateAuthority.create("Strangers").client("ops").issue(),
                    "");
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_WRONG_PURPOSE,
                    version,
                    "the certificate of a server",
                    "unsupported_certificate",
                    "not made for clients",
                    clients.server("ops").issue(),
                    "");
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_CHAIN_TOO_DEEP,
                    version,
                    "two intermediates where one is allowed",
                    "unknown_ca",
                    "more intermediates",
                    second.client("ops").issue(),
                    "max-depth = 1");
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_INVALID,
                    version,
                    "a forged certificate",
                    "decrypt_error",
                    "cannot be judged",
                    good.forged(),
                    "");
            refusedCertificate(
                    FailureReason.CLIENT_CERTIFICATE_REFUSED,
                    version,
                    "a certificate that a deny rule names",
                    "bad_certificate",
                    "deny { cn = \"ops\" }",
                    good,
                    "deny = [{ cn = ops }]");
        }
        add(
                FailureReason.CLIENT_CERTIFICATE_MISSING,
                "curl without --cert",
                "client_certificate",
                "alert_sent",
                "certificate_required",
                "sent no certificate",
                clientAuth(""),
                program(CURL + "--cacert root.crt"));
        for (String version : List.of(TlsClient.TLS_1_2, TlsClient.TLS_1_3)) {
            add(
                    FailureReason.BAD_CERTIFICATE_VERIFY,
                    "a JDK client with the key of another certificate, " + version,
                    "certificate_verify",
                    "alert_sent",
                    "decrypt_error",
                    "private key it does not have",
                    clientAuth(""),
                    (proxy, client) -> HandshakeFailures.withForeignKey(
                            proxy, version, good, clients.client("ops").issue()));
        }
    }

    private void middle() {
        for (String version : List.of(TlsClient.TLS_1_2, TlsClient.TLS_1_3)) {
            add(
                    FailureReason.BAD_RECORD,
                    "a JDK client whose Finished is changed on the way, " + version,
                    "finished",
                    "alert_sent",
                    "bad_record_mac",
                    "does not decrypt",
                    Preparation.NONE,
                    (proxy, client) -> {
                        try (TlsClient open = TlsClient.open(proxy.address(), proxy.authority(), version)) {
                            open.handshakeWithBrokenFinished();
                        }
                    });
        }
        add(
                FailureReason.PROTOCOL_ERROR,
                "a ClientHello, and then bytes that are no TLS",
                "server_certificate",
                "garbage",
                null,
                "in the middle of the handshake",
                Preparation.NONE,
                hello(whole -> whole, open -> {
                    open.sendRaw("this is no record".getBytes(StandardCharsets.US_ASCII));
                    open.tcpEnd();
                }));
        add(
                FailureReason.CLIENT_LEFT,
                "a JDK client that ends TCP after our certificate",
                "server_certificate",
                "fin",
                null,
                "left without an alert: most likely it does not like the certificate",
                Preparation.NONE,
                hello(whole -> whole, open -> {
                    open.socket().getInputStream().read();
                    open.sendFin();
                    open.tcpEnd();
                }));
        add(
                FailureReason.CLIENT_RESET,
                "a JDK client that resets TCP after our certificate",
                "server_certificate",
                "reset",
                null,
                "reset after our certificate",
                Preparation.NONE,
                hello(whole -> whole, open -> {
                    open.socket().getInputStream().read();
                    open.reset();
                }));
        add(
                FailureReason.CLIENT_RESET,
                "a post-quantum ClientHello of BoringSSL, and RST",
                "server_certificate",
                "reset",
                null,
                "after a large ClientHello",
                Preparation.NONE,
                (proxy, client) -> {
                    try (TlsClient open = TlsClient.open(proxy.address(), proxy.authority())) {
                        open.sendRaw(HelloCapture.boringSsl());
                        open.socket().getInputStream().read();
                        open.reset();
                    }
                });
    }

    // ---- forms

    private void garbage(FailureReason reason, String client, @Nullable String alert, String cause, Attempt attempt) {
        add(reason, client, "client_hello", "garbage", alert, cause, Preparation.NONE, attempt);
    }

    private void refused(
            FailureReason reason, String client, String brokeAt, String alert, String cause, Attempt attempt) {
        add(reason, client, brokeAt, "alert_sent", alert, cause, Preparation.NONE, attempt);
    }

    private void rejected(
            FailureReason reason, String client, String alert, String cause, Preparation prepare, Attempt attempt) {
        add(reason, client, "server_certificate", "alert_received", alert, cause, prepare, attempt);
    }

    private void refusedCertificate(
            FailureReason reason,
            String version,
            String what,
            String alert,
            String cause,
            IssuedCertificate certificate,
            String settings) {
        add(
                reason,
                "openssl s_client " + version + " with " + what,
                "client_certificate",
                "alert_sent",
                alert,
                cause,
                clientAuth(settings),
                (proxy, client) -> {
                    client.show(certificate);
                    client.run(proxy, NAMED + version + " " + SHOWN);
                });
    }

    private void add(
            FailureReason reason,
            String client,
            String brokeAt,
            String how,
            @Nullable String alert,
            String cause,
            Preparation prepare,
            Attempt attempt) {
        all.add(new Provocation(reason, client, brokeAt, how, alert, cause, prepare, attempt));
    }

    // ---- what the proxy is like

    private static Preparation with(String settings) {
        return (proxy, client) -> proxy.with(settings);
    }

    private static Preparation key(KeyKind kind) {
        CertificateAuthority authority = CertificateAuthority.create("Test Root");
        return (proxy, client) -> proxy.certificate(
                authority, authority.server("localhost").key(kind).issue());
    }

    private static Preparation selfSigned() {
        CertificateRequest request =
                CertificateAuthority.selfSigned("localhost").server().dns("localhost");
        return (proxy, client) -> proxy.certificate(CertificateAuthority.create("Nobody"), request.issue());
    }

    private Preparation clientAuth(String more) {
        return (proxy, client) -> {
            clients.writePem(proxy.directory(), "clients");
            clients.revocations().revoke(good.leaf()).writePem(proxy.directory().resolve("revoked.crl"));
            proxy.with(
                    "listeners.https.tls.client-auth { mode = require, trust-anchors = [clients.crt], " + more + " }");
        };
    }

    // ---- what the client does

    private static byte[] half(byte[] whole) {
        return Arrays.copyOf(whole, whole.length / 2);
    }

    private static byte[] firstPacket() throws Exception {
        byte[] whole = HelloCapture.boringSsl();
        if (whole.length <= PACKET) {
            throw new AssertionError("BoringSSL's ClientHello fits into one packet: " + whole.length + " bytes");
        }
        return Arrays.copyOf(whole, PACKET);
    }

    private static Attempt bytes(String text) {
        return raw(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Attempt raw(byte... bytes) {
        return (proxy, client) -> sendAndAwaitEnd(proxy, bytes);
    }

    private static void sendAndAwaitEnd(RunningProxy proxy, byte[] bytes) {
        try (TlsClient open = TlsClient.open(proxy.address(), proxy.authority())) {
            open.sendRaw(bytes);
            open.tcpEnd();
        }
    }

    private static void send(RunningProxy proxy, byte[] bytes) {
        try (TlsClient open = TlsClient.open(proxy.address(), proxy.authority())) {
            open.sendRaw(bytes);
            open.sendFin();
            open.tcpEnd();
        }
    }

    private static void sendAndReset(RunningProxy proxy, byte[] bytes) {
        try (TlsClient open = TlsClient.open(proxy.address(), proxy.authority())) {
            open.sendRaw(bytes);
            proxy.awaitMetric(1, "sallyport_handshakes_in_flight");
            open.reset();
        }
    }

    /** A ClientHello of the JDK, changed, and what is done then. */
    private static Attempt hello(UnaryOperator<byte[]> change, HandshakeFailures.Then then) {
        return (proxy, client) -> {
            try (TlsClient open = TlsClient.open(proxy.address(), proxy.authority())) {
                open.sendRaw(change.apply(open.clientHello()));
                then.with(open);
            }
        };
    }
}
