package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufUtil;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * For each reason the three clients that could most easily be taken for it, and are told by another one. Every client comes
 * from an address of its own, by which its line is found; those that fail by the reason itself are in
 * {@link FailureReasonsTest}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NeighbouringReasonsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int RECORD = 16_384;

    /** Each reason, and who could be taken for it. */
    private static final String TABLE = """
        bare_probe                       | one byte, and FIN | half a PROXY header, and FIN | silence
        timeout                          | nothing, and FIN | a first packet, and silence | a ClientHello, and FIN
        plain_http                       | EHLO | GET, and FIN | HELP
        other_protocol                   | GET / | HELP | PROXY TCP4
        unexpected_proxy_header          | PROXY TCP5 where one is expected | almost the signature of version 2 | EHLO
        proxy_header_missing             | PROXY TCP5 where one is expected | a PROXY header, and GET / | PROXY TCP4
        proxy_header_malformed           | no PROXY header where one is expected | a PROXY header, and a broken ClientHello | PROXY TCP4
        garbage                          | EHLO | an alert | SSL 2.0
        starttls_malformed               | a start-up packet | SSLRequest, and bytes behind it | EHLO where PostgreSQL is expected
        starttls_injection               | an SSLRequest of 9 bytes | SSLRequest, and FIN | a start-up packet
        tls_required                     | a CancelRequest | a start-up packet of protocol 9 | QUIT
        plain_cancel_request             | a start-up packet | SSLRequest, and bytes behind it | a start-up packet of protocol 9
        starttls_not_asked               | nothing where PostgreSQL is expected, and FIN | SSLRequest, and FIN | half an SSLRequest, and silence
        starttls_timeout                 | silence | half an SSLRequest, and FIN | QUIT
        client_hello_malformed           | 64 KiB announced | half a ClientHello, and FIN | no key share
        client_hello_too_large           | an alert | half a ClientHello, and FIN | a first packet, and FIN
        client_hello_incomplete          | a ClientHello, and FIN | a first packet, and FIN | nothing, and FIN
        large_client_hello_cut           | half a ClientHello, and FIN | half a ClientHello, and silence | a ClientHello, and RST
        version_too_old                  | an unknown version | TLS 1.3 without a suite of its own | a fallback
        version_too_new                  | TLS 1.1 | TLS 1.3 without a suite of its own | TLS 1.1 where TLS 1.2 alone is taken
        inappropriate_fallback           | TLS 1.1 | a fallback that offers TLS 1.3, and FIN | no suite
        no_common_suite                  | no groups | suites of RSA alone | TLS 1.1
        no_common_group                  | no suite | X25519 alone before TLS 1.3 | the first ClientHello again
        no_common_signature_scheme       | no suite | P-521 alone | an unknown application protocol
        no_common_alpn                   | another name, and an unknown application protocol | no name | no suite
        unknown_server_name              | no name | an unknown application protocol | bad_certificate for another name
        missing_server_name              | a malformed name | another name | an unknown application protocol
        client_rejected_issuer           | bad_certificate | insufficient_security | a ClientHello, and FIN
        client_rejected_expired          | bad_certificate | certificate_revoked for another name | unknown_ca
        client_rejected_name             | bad_certificate | certificate_revoked for another name | another name
        client_rejected_certificate      | bad_certificate for another name | unknown_ca | internal_error
        client_alert                     | unknown_ca | a ClientHello, and FIN | bytes that are no record
        client_certificate_missing       | handshake_failure instead of a certificate | an expired certificate of a stranger | a certificate of the wrong purpose
        client_certificate_expired       | a certificate of tomorrow | an expired certificate of a stranger | a certificate that is revoked
        client_certificate_not_yet_valid | an expired certificate | a certificate that is revoked | an expired certificate of a stranger
        client_certificate_revoked       | a certificate that is denied | an expired certificate | an expired certificate of a stranger
        client_certificate_unknown_issuer | an expired certificate | a forged certificate | no certificate
        client_certificate_wrong_purpose | a certificate that is denied | an expired certificate of a stranger | no certificate
        client_certificate_chain_too_deep | an expired certificate of a stranger | certificates of 70 KB | an expired certificate
        client_certificate_invalid       | an expired certificate of a stranger | a certificate that is revoked | no certificate
        client_certificate_refused       | a certificate that is revoked | an expired certificate | a forged certificate
        bad_certificate_verify           | a forged certificate | a record that does not decrypt | no certificate
        bad_record                       | bytes that are no record | insufficient_security | a ClientHello, and FIN
        protocol_error                   | a record that does not decrypt | insufficient_security | a broken ClientHello
        client_left                      | a ClientHello, and RST | half a ClientHello, and FIN | insufficient_security
        client_reset                     | a ClientHello, and FIN | a first packet, and RST | nothing, and RST
        overload                         | a ClientHello, and silence | a ClientHello, and FIN | silence
        source_denied                    | nothing, and RST | silence | another name
        draining                         | half a ClientHello, and silence | half a ClientHello, and FIN | a ClientHello, and RST
        internal_error                   | internal_error | no suite | bytes that are no record""";

    private final Map<String, Neighbour> neighbours = new LinkedHashMap<>();
    private final Map<FailureReason, List<String>> table = table();
    private final List<RunningProxy> proxies = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private FakeBackend backend;

    /** A client: where it comes from, and what it is to be told by. */
    private record Neighbour(RunningProxy proxy, String address, FailureReason reason) {}

    /** What a client does at its end. */
    private enum End {
        FIN,
        RST,
        /** Waits until the proxy ends it. */
        WAIT
    }

    @BeforeAll
    void provoke() throws Exception {
        backend = Http.backend();
        plain(proxy(""));
        silent(proxy("listeners.https.timeouts.handshake = 300ms"));
        headers(proxy("listeners.https.proxy-protocol { accept = on, trusted = [\"127.0.0.0/8\"] }"));
        startTls();
        names(proxy("listeners.https.tls { unknown-server-name = reject, missing-server-name = reject, alpn = [h2] }"));
        RunningProxy older = proxy("listeners.https.tls.protocols = [TLSv1.2]");
        raw(older, FailureReason.VERSION_TOO_OLD, "TLS 1.1 where TLS 1.2 alone is taken", End.WAIT, tls11());
        RunningProxy rsa = rsa();
        raw(rsa, FailureReason.NO_COMMON_GROUP, "P-521 alone", End.WAIT, tls12("0002c02f", "00020019", "00020804"));
        clientCertificates();
    }

    @AfterAll
    void close() {
        proxies.forEach(RunningProxy::close);
        backend.close();
    }

    @ParameterizedTest
    @EnumSource(FailureReason.class)
    void itsNeighboursAreToldByAnotherReason(FailureReason reason) {
        List<String> names = Objects.requireNonNull(table.get(reason), reason.tag());
        assertThat(names).doesNotHaveDuplicates().hasSize(3);
        for (String name : names) {
            Neighbour neighbour = Objects.requireNonNull(neighbours.get(name), name);
            assertThat(neighbour.reason()).as(name).isNotEqualTo(reason);
            assertThat(toldBy(neighbour)).as(name).isEqualTo(neighbour.reason().tag());
        }
    }

    @Test
    void everyNeighbourIsANeighbour() {
        assertThat(neighbours.keySet())
                .allMatch(name -> table.values().stream().anyMatch(names -> names.contains(name)));
    }

    // ---- who comes

    private void plain(RunningProxy proxy) throws Exception {
        raw(proxy, FailureReason.BARE_PROBE, "nothing, and FIN", End.FIN, "");
        raw(proxy, FailureReason.BARE_PROBE, "nothing, and RST", End.RST, "");
        raw(proxy, FailureReason.CLIENT_HELLO_INCOMPLETE, "one byte, and FIN", End.FIN, "16");
        byte[] hello = hello().message();
        String whole = hex(hello);
        String half = whole.substring(0, whole.length() / 4 * 2);
        raw(proxy, FailureReason.CLIENT_HELLO_INCOMPLETE, "half a ClientHello, and FIN", End.FIN, half);
        raw(proxy, FailureReason.CLIENT_HELLO_INCOMPLETE, "GET, and FIN", End.FIN, text("GET"));
        raw(proxy, FailureReason.LARGE_CLIENT_HELLO_CUT, "a first packet, and FIN", End.FIN, firstPacket());
        raw(proxy, FailureReason.LARGE_CLIENT_HELLO_CUT, "a first packet, and RST", End.RST, firstPacket());
        raw(proxy, FailureReason.CLIENT_LEFT, "a ClientHello, and FIN", End.FIN, whole);
        raw(proxy, FailureReason.CLIENT_RESET, "a ClientHello, and RST", End.RST, whole);
        raw(proxy, FailureReason.PLAIN_HTTP, "GET /", End.WAIT, text("GET / HTTP/1.1\r\n"));
        raw(proxy, FailureReason.OTHER_PROTOCOL, "EHLO", End.WAIT, text("EHLO client\r\n"));
        raw(proxy, FailureReason.GARBAGE, "HELP", End.WAIT, text("HELP\r\n"));
        raw(
                proxy,
                FailureReason.UNEXPECTED_PROXY_HEADER,
                "PROXY TCP4",
                End.WAIT,
                text("PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\n"));
        raw(proxy, FailureReason.GARBAGE, "almost the signature of version 2", End.WAIT, "0d0a0d0a000d0a515549580a");
        raw(
                proxy,
                FailureReason.VERSION_TOO_OLD,
                "SSL 2.0",
                End.WAIT,
                "802e0103010015000000100000160000130000000a" + "00".repeat(28));
        raw(proxy, FailureReason.CLIENT_HELLO_MALFORMED, "an alert", End.WAIT, "15030100020128");
        raw(proxy, FailureReason.CLIENT_HELLO_MALFORMED, "a broken ClientHello", End.WAIT, broken());
        raw(proxy, FailureReason.CLIENT_HELLO_TOO_LARGE, "64 KiB announced", End.WAIT, "1603013e80010100000303");
        offers(proxy);
        afterwards(proxy, whole);
    }

    private void offers(RunningProxy proxy) {
        String key = "00020403";
        raw(proxy, FailureReason.PROTOCOL_ERROR, "no key share", End.WAIT, tls13("00021301", "0002001d", key, ""));
        raw(proxy, FailureReason.VERSION_TOO_OLD, "TLS 1.1", End.WAIT, tls11());
        raw(
                proxy,
                FailureReason.VERSION_TOO_NEW,
                "an unknown version",
                End.WAIT,
                hex(new HelloBytes()
                        .extension(ExtensionTypes.SUPPORTED_VERSIONS, "020305")
                        .message()));
        raw(
                proxy,
                FailureReason.NO_COMMON_SUITE,
                "TLS 1.3 without a suite of its own",
                End.WAIT,
                tls13("0002c02b", "00020017", key, "0000"));
        raw(
                proxy,
                FailureReason.INAPPROPRIATE_FALLBACK,
                "a fallback",
                End.WAIT,
                tls12("0004c02b5600", "00020017", key));
        raw(
                proxy,
                FailureReason.CLIENT_LEFT,
                "a fallback that offers TLS 1.3, and FIN",
                End.FIN,
                tls13("000413015600", "0002001d", key, "0000"));
        raw(proxy, FailureReason.NO_COMMON_SUITE, "no suite", End.WAIT, tls12("0002009e", "00020017", key));
        raw(proxy, FailureReason.NO_COMMON_GROUP, "no groups", End.WAIT, tls12("0002c02b", "", key));
        raw(
                proxy,
                FailureReason.NO_COMMON_SIGNATURE_SCHEME,
                "suites of RSA alone",
                End.WAIT,
                tls12("0002c02f", "00020017", "00020804"));
        raw(
                proxy,
                FailureReason.NO_COMMON_SIGNATURE_SCHEME,
                "X25519 alone before TLS 1.3",
                End.WAIT,
                tls12("0002c02b", "0002001d", key));
        String askedAgain = tls13("00021301", "0002001d", key, "0000");
        raw(proxy, FailureReason.PROTOCOL_ERROR, "the first ClientHello again", End.WAIT, askedAgain + askedAgain);
    }

    /** What follows a ClientHello that we answer with our certificate. */
    private void afterwards(RunningProxy proxy, String hello) {
        String other = tls12("0002c02b", "00020017", "00020403", "other.example");
        String named = tls12("0002c02b", "00020017", "00020403", "localhost");
        alert(proxy, FailureReason.CLIENT_ALERT, "insufficient_security", named, "insufficient_security");
        alert(proxy, FailureReason.CLIENT_ALERT, "internal_error", named, "internal_error");
        alert(proxy, FailureReason.CLIENT_REJECTED_NAME, "bad_certificate for another name", other, "bad_certificate");
        alert(proxy, FailureReason.CLIENT_REJECTED_CERTIFICATE, "bad_certificate", named, "bad_certificate");
        alert(
                proxy,
                FailureReason.CLIENT_REJECTED_CERTIFICATE,
                "certificate_revoked for another name",
                other,
                "certificate_revoked");
        alert(proxy, FailureReason.CLIENT_REJECTED_ISSUER, "unknown_ca", other, "unknown_ca");
        raw(proxy, FailureReason.PROTOCOL_ERROR, "bytes that are no record", End.WAIT, named + text("no record"));
        raw(
                proxy,
                FailureReason.BAD_RECORD,
                "a record that does not decrypt",
                End.WAIT,
                hello + "1703030020" + "5a".repeat(32));
    }

    private void silent(RunningProxy proxy) throws Exception {
        String whole = hex(hello().message());
        raw(proxy, FailureReason.TIMEOUT, "silence", End.WAIT, "");
        raw(proxy, FailureReason.TIMEOUT, "half a ClientHello, and silence", End.WAIT, whole.substring(0, 60));
        raw(proxy, FailureReason.TIMEOUT, "a ClientHello, and silence", End.WAIT, whole);
        raw(proxy, FailureReason.LARGE_CLIENT_HELLO_CUT, "a first packet, and silence", End.WAIT, firstPacket());
    }

    private void headers(RunningProxy proxy) {
        raw(
                proxy,
                FailureReason.PROXY_HEADER_MISSING,
                "no PROXY header where one is expected",
                End.WAIT,
                hex(hello().message()));
        raw(
                proxy,
                FailureReason.PROXY_HEADER_MALFORMED,
                "PROXY TCP5 where one is expected",
                End.WAIT,
                text("PROXY TCP5 1.2.3.4 1.2.3.5 1 2\r\n"));
        raw(proxy, FailureReason.PROXY_HEADER_MALFORMED, "half a PROXY header, and FIN", End.FIN, text("PROXY TC"));
        String header = text("PROXY UNKNOWN\r\n");
        raw(
                proxy,
                FailureReason.PLAIN_HTTP,
                "a PROXY header, and GET /",
                End.WAIT,
                header + text("GET / HTTP/1.1\r\n"));
        raw(
                proxy,
                FailureReason.CLIENT_HELLO_MALFORMED,
                "a PROXY header, and a broken ClientHello",
                End.WAIT,
                header + broken());
    }

    private void startTls() {
        String request = "0000000804d2162f";
        String startup = "0000000c00030000" + "00000000";
        RunningProxy database = proxy("listeners.https.starttls = postgresql");
        raw(database, FailureReason.TLS_REQUIRED, "a start-up packet", End.WAIT, startup);
        raw(
                database,
                FailureReason.STARTTLS_MALFORMED,
                "a start-up packet of protocol 9",
                End.WAIT,
                startup.replace("0003", "0009"));
        raw(database, FailureReason.STARTTLS_MALFORMED, "an SSLRequest of 9 bytes", End.WAIT, "0000000904d2162f00");
        raw(database, FailureReason.STARTTLS_INJECTION, "SSLRequest, and bytes behind it", End.WAIT, request + "00");
        raw(database, FailureReason.CLIENT_LEFT, "SSLRequest, and FIN", End.FIN, request);
        raw(
                database,
                FailureReason.PLAIN_CANCEL_REQUEST,
                "a CancelRequest",
                End.WAIT,
                "0000001004d2162e" + "00".repeat(8));
        raw(
                database,
                FailureReason.OTHER_PROTOCOL,
                "EHLO where PostgreSQL is expected",
                End.WAIT,
                text("EHLO client\r\n"));
        raw(database, FailureReason.BARE_PROBE, "nothing where PostgreSQL is expected, and FIN", End.FIN, "");
        raw(
                database,
                FailureReason.STARTTLS_NOT_ASKED,
                "half an SSLRequest, and FIN",
                End.FIN,
                request.substring(0, 8));
        RunningProxy late = proxy("listeners.https { starttls = postgresql, timeouts.handshake = 300ms }");
        raw(late, FailureReason.STARTTLS_TIMEOUT, "half an SSLRequest, and silence", End.WAIT, request.substring(0, 8));
        RunningProxy mail = proxy("listeners.https.starttls = smtp");
        raw(mail, FailureReason.STARTTLS_NOT_ASKED, "QUIT", End.WAIT, text("QUIT\r\n"));
    }

    private void names(RunningProxy proxy) {
        String h2 = "0003026832";
        String spdy = "00070673706479" + "2f33";
        raw(proxy, FailureReason.MISSING_SERVER_NAME, "no name", End.WAIT, named("", h2));
        raw(proxy, FailureReason.UNKNOWN_SERVER_NAME, "another name", End.WAIT, named("other.example", h2));
        raw(proxy, FailureReason.UNKNOWN_SERVER_NAME, "a malformed name", End.WAIT, named("a..b", h2));
        raw(proxy, FailureReason.NO_COMMON_ALPN, "an unknown application protocol", End.WAIT, named("localhost", spdy));
        raw(
                proxy,
                FailureReason.UNKNOWN_SERVER_NAME,
                "another name, and an unknown application protocol",
                End.WAIT,
                named("other.example", spdy));
    }

    private void clientCertificates() throws Exception {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        CertificateAuthority strangers = CertificateAuthority.create("Strangers");
        IssuedCertificate revoked = clients.client("revoked").issue();
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        clients.writePem(builder.directory(), "clients");
        clients.revocations()
                .revoke(revoked.leaf())
                .writePem(builder.directory().resolve("clients.crl"));
        RunningProxy proxy = start(builder.with("listeners.https.tls.client-auth { mode = require,"
                + " trust-anchors = [clients.crt], crls = [clients.crl], deny = [{ cn = denied }] }"));
        shows(proxy, FailureReason.CLIENT_CERTIFICATE_MISSING, "no certificate", null);
        shows(
                proxy,
                FailureReason.CLIENT_CERTIFICATE_UNKNOWN_ISSUER,
                "an expired certificate of a stranger",
                strangers.client("ops").expired().issue());
        shows(
                proxy,
                FailureReason.CLIENT_CERTIFICATE_EXPIRED,
                "an expired certificate",
                clients.client("denied").expired().issue());
        shows(
                proxy,
                FailureReason.CLIENT_CERTIFICATE_NOT_YET_VALID,
                "a certificate of tomorrow",
                clients.client("denied").notYetValid().issue());
        shows(proxy, FailureReason.CLIENT_CERTIFICATE_REVOKED, "a certificate that is revoked", revoked);
        shows(
                proxy,
                FailureReason.CLIENT_CERTIFICATE_REFUSED,
                "a certificate that is denied",
                clients.client("denied").issue());
        shows(
                proxy,
                FailureReason.CLIENT_CERTIFICATE_WRONG_PURPOSE,
                "a certificate of the wrong purpose",
                clients.server("denied").issue());
        shows(
                proxy,
                FailureReason.CLIENT_CERTIFICATE_INVALID,
                "a forged certificate",
                clients.client("denied").issue().forged());
        IssuedCertificate large = clients.client("ops")
                .uri(java.util.stream.IntStream.range(0, 280)
                        .mapToObj(i -> "spiffe://" + "x".repeat(240) + i)
                        .toArray(String[]::new))
                .issue();
        shows(proxy, FailureReason.CLIENT_CERTIFICATE_INVALID, "certificates of 70 KB", large);
        alert(
                proxy,
                FailureReason.CLIENT_ALERT,
                "handshake_failure instead of a certificate",
                tls12("0002c02b", "00020017", "00020403"),
                "handshake_failure");
    }

    // ---- how they come

    private RunningProxy proxy(String settings) {
        return start(RunningProxy.to(backend.address()).with(settings));
    }

    private RunningProxy rsa() {
        CertificateAuthority authority = CertificateAuthority.create("Test Root");
        return start(RunningProxy.to(backend.address())
                .certificate(
                        authority,
                        authority.server("localhost").key(KeyKind.RSA_2048).issue()));
    }

    private RunningProxy start(RunningProxy.Builder builder) {
        RunningProxy proxy = builder.start();
        proxies.add(proxy);
        return proxy;
    }

    private Neighbour add(RunningProxy proxy, String name, FailureReason reason) {
        Neighbour neighbour = new Neighbour(proxy, "127.1.0." + (neighbours.size() + 1), reason);
        assertThat(neighbours.put(name, neighbour)).as(name).isNull();
        return neighbour;
    }

    private void raw(RunningProxy proxy, FailureReason reason, String name, End end, String hex) {
        Neighbour neighbour = add(proxy, name, reason);
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(neighbour.address(), 0));
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(proxy.address());
            socket.getOutputStream().write(ByteBufUtil.decodeHexDump(hex));
            if (end == End.RST) {
                // What was sent is read first: a reset discards it.
                await().atMost(PATIENCE).until(() -> toldBytes(proxy, hex));
                socket.setSoLinger(true, 0);
                return;
            }
            if (end == End.FIN) {
                socket.shutdownOutput();
            }
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                // Until the proxy has ended it.
            }
        } catch (IOException e) {
            // The proxy resets what it does not want to read.
        }
    }

    /** Whether the proxy is in the middle of a handshake, where bytes were sent that begin one. */
    private static boolean toldBytes(RunningProxy proxy, String hex) {
        return hex.isEmpty() || proxy.metric("sallyport_handshakes_in_flight") > 0;
    }

    private void alert(RunningProxy proxy, FailureReason reason, String name, String hello, String alert) {
        raw(
                proxy,
                reason,
                name,
                End.WAIT,
                hello + "1503030002" + "02" + String.format("%02x", AlertDescriptions.code(alert)));
    }

    private void shows(RunningProxy proxy, FailureReason reason, String name, @Nullable IssuedCertificate certificate) {
        Neighbour neighbour = add(proxy, name, reason);
        List<String> words = new ArrayList<>(List.of(
                "s_client", "-connect", "127.0.0.1:" + proxy.address().getPort(), "-bind", neighbour.address() + ":0"));
        if (certificate != null) {
            certificate.writePem(folder, "client");
            words.addAll(List.of("-cert", "client.crt", "-key", "client.key"));
        }
        new Openssl(folder).output(words);
    }

    /** The reason of the one line about it, or that nothing is told but a bare probe counted. */
    private static String toldBy(Neighbour neighbour) {
        if (neighbour.reason() == FailureReason.BARE_PROBE) {
            await().atMost(PATIENCE)
                    .until(() -> neighbour.proxy().metric("sallyport_handshake_failures_total", "reason", "bare_probe")
                            >= 1);
            assertThat(lines(neighbour)).isEmpty();
            return "bare_probe";
        }
        await(neighbour.toString())
                .atMost(PATIENCE)
                .until(() -> lines(neighbour).size() == 1);
        return lines(neighbour).get(0).text("reason");
    }

    private static List<LogLine> lines(Neighbour neighbour) {
        return neighbour.proxy().accessLines().stream()
                .filter(line -> line.text("type").equals("handshake_failure"))
                .filter(line -> line.toString().contains("\"" + neighbour.address() + ":"))
                .toList();
    }

    // ---- what they say

    private static HelloBytes hello() {
        return new HelloBytes()
                .extension(ExtensionTypes.SUPPORTED_GROUPS, "0002001d")
                .extension(ExtensionTypes.SIGNATURE_ALGORITHMS, "00020403")
                .extension(ExtensionTypes.SUPPORTED_VERSIONS, "020304")
                .extension(ExtensionTypes.KEY_SHARE, "0024001d0020" + "09".repeat(32));
    }

    private static String tls13(String suites, String groups, String schemes, String shares) {
        HelloBytes hello = new HelloBytes()
                .cipherSuites(suites)
                .extension(ExtensionTypes.SUPPORTED_GROUPS, groups)
                .extension(ExtensionTypes.SIGNATURE_ALGORITHMS, schemes)
                .extension(ExtensionTypes.SUPPORTED_VERSIONS, "020304");
        return hex((shares.isEmpty() ? hello : hello.extension(ExtensionTypes.KEY_SHARE, shares)).message());
    }

    private static String tls12(String suites, String groups, String schemes) {
        return tls12(suites, groups, schemes, "");
    }

    private static String tls12(String suites, String groups, String schemes, String name) {
        HelloBytes hello = new HelloBytes().cipherSuites(suites);
        if (!name.isEmpty()) {
            hello.serverName(name);
        }
        if (!groups.isEmpty()) {
            hello.extension(ExtensionTypes.SUPPORTED_GROUPS, groups);
        }
        return hex(hello.extension(ExtensionTypes.SIGNATURE_ALGORITHMS, schemes).message());
    }

    private static String tls11() {
        return hex(
                new HelloBytes().legacyVersion("0302").cipherSuites("0002c013").message());
    }

    private static String named(String name, String protocols) {
        HelloBytes hello = hello();
        if (!name.isEmpty()) {
            hello.serverName(name);
        }
        return hex(hello.extension(ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, protocols)
                .message());
    }

    /** Its session id is longer than itself. */
    private static String broken() {
        byte[] message = hello().message();
        message[4 + 2 + 32] = (byte) 0xff;
        return hex(message);
    }

    private static String firstPacket() throws Exception {
        return ByteBufUtil.hexDump(Arrays.copyOf(HelloCapture.boringSsl(), 1448));
    }

    private static String hex(byte[] message) {
        return ByteBufUtil.hexDump(HelloBytes.records(message, RECORD));
    }

    private static String text(String words) {
        return ByteBufUtil.hexDump(words.getBytes(StandardCharsets.US_ASCII));
    }

    private static Map<FailureReason, List<String>> table() {
        Map<FailureReason, List<String>> rows = new EnumMap<>(FailureReason.class);
        TABLE.lines().forEach(line -> {
            List<String> cells =
                    Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            FailureReason reason = FailureReason.valueOf(cells.get(0).toUpperCase(java.util.Locale.ROOT));
            rows.put(reason, cells.subList(1, cells.size()));
        });
        return rows;
    }
}
