package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.EachTlsVersion;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.HeaderBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.OpensslClient;
import io.sallyport.testing.ProxyHeader;
import io.sallyport.testing.RefusedPort;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers are told of clients, beside what haproxy tells of the same ones. */
class ProxyProtocolSendTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    @TempDir
    private Path directory;

    private static String send(String options) {
        return "backends.app.proxy-protocol { send = " + options + " }";
    }

    private static String local(TlsClient client) {
        return "127.0.0.1 " + client.socket().getLocalPort();
    }

    private static String ask(TlsClient client) {
        client.handshake(REQUEST.getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        byte[] buffer = new byte[4096];
        for (int read = client.read(buffer, 0, buffer.length); read > 0; read = client.read(buffer, 0, buffer.length)) {
            answer.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
        }
        return answer.toString();
    }

    // ---- receivers of others

    @ParameterizedTest
    @CsvSource({"v1,false", "v2,true", "'v2, crc32c = on',true", "'v2, tls-information = off',false"})
    void haproxyLearnsTheClientsAddressNameAndId(String options, boolean tlvs) {
        try (Daemon haproxy = Daemon.haproxy(directory, port -> """
                        frontend in
                          mode http
                          bind 127.0.0.1:%d accept-proxy
                          http-request return status 200 content-type text/plain lf-string \
                        "told %%[src] %%[src_port] %%[dst] %%[dst_port] %%[fc_pp_authority] %%[fc_pp_unique_id]."
                        """.formatted(port));
                RunningProxy proxy =
                        RunningProxy.to(haproxy.address()).with(send(options)).start()) {
            String answer = new OpensslClient(directory, proxy).request().output();
            LogLine line = proxy.awaitConnectionLine();

            assertThat(answer)
                    .contains("HTTP/1.1 200")
                    .contains("told " + line.text("client").replace(':', ' ') + " 127.0.0.1 "
                            + proxy.address().getPort() + (tlvs ? " localhost " + line.text("connection") : "  ")
                            + ".");
        }
    }

    @Test
    void haproxyRefusesAChecksumThatIsWrong() throws Exception {
        List<byte[]> headers = new ArrayList<>();
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(send("v2, crc32c = on"))
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.handshake();
            ProxyHeader header = backend.await();
            assertThat(header.isChecksumRight()).isTrue();
            headers.add(header.bytes());
        }
        byte[] broken = headers.get(0).clone();
        broken[16] ^= 1;
        headers.add(broken);
        try (Daemon haproxy = Daemon.haproxy(directory, port -> """
                        frontend in
                          mode http
                          bind 127.0.0.1:%d accept-proxy
                          http-request return status 200
                        """.formatted(port))) {
            List<String> answers = new ArrayList<>();
            for (byte[] header : headers) {
                try (Socket socket = new Socket()) {
                    socket.connect(haproxy.address());
                    socket.getOutputStream().write(header);
                    socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
                    byte[] start = socket.getInputStream().readNBytes(12);
                    answers.add(new String(start, StandardCharsets.US_ASCII));
                } catch (SocketException e) {
                    answers.add("");
                }
            }
            assertThat(answers).containsExactly("HTTP/1.1 200", "");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2", "v2, crc32c = on"})
    void nginxLearnsTheClientsAddress(String options) {
        try (Daemon nginx = Daemon.nginx(directory, port -> """
                        http {
                          access_log off;
                          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                          uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                          server {
                            listen 127.0.0.1:%d proxy_protocol;
                            location / {
                              return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr \
                        $proxy_protocol_server_port";
                            }
                          }
                        }
                        """.formatted(port));
                RunningProxy proxy =
                        RunningProxy.to(nginx.address()).with(send(options)).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            assertThat(ask(client))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("\r\n\r\n" + local(client) + " 127.0.0.1 "
                            + proxy.address().getPort());
        }
    }

    // ---- what haproxy tells

    private enum ClientKind {
        WITHOUT_CERTIFICATE,
        WITH_CERTIFICATE,
        RESUMED_WITH_CERTIFICATE
    }

    @ParameterizedTest
    @EnumSource(ClientKind.class)
    void tellsOfTls13WhatHaproxyTells(ClientKind kind) throws Exception {
        assertTellsWhatHaproxyTells("-tls1_3", kind);
    }

    @ParameterizedTest
    @EnumSource(ClientKind.class)
    void tellsOfTls12WhatHaproxyTells(ClientKind kind) throws Exception {
        assertTellsWhatHaproxyTells("-tls1_2", kind);
    }

    private void assertTellsWhatHaproxyTells(String version, ClientKind kind) throws Exception {
        CertificateAuthority root = CertificateAuthority.create("Test Root");
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        IssuedCertificate server = root.server("app.example").issue();
        IssuedCertificate client =
                clients.client("ops").uri("spiffe://prod/ops").issue();
        client.writePem(directory, "client");
        clients.writePem(directory, "clients");
        Files.writeString(directory.resolve("server.pem"), server.chainPem() + server.keyPem());
        boolean certificate = kind != ClientKind.WITHOUT_CERTIFICATE;
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(root, server)
                        .with(
                                "listeners.https.tls.alpn = [\"http/1.1\"]",
                                "listeners.https.tls.client-auth { mode = request, trust-anchors = [\""
                                        + directory.resolve("clients.crt") + "\"] }",
                                send("v2, crc32c = on, client-certificate = on, san-uri-type = 0xE1"))
                        .start();
                Daemon haproxy = Daemon.haproxy(directory, port -> """
                        listen in
                          bind 127.0.0.1:%d ssl crt %s alpn http/1.1 ca-file %s verify optional
                          server s 127.0.0.1:%d send-proxy-v2 proxy-v2-options \
                        ssl,cert-cn,cert-key,cert-sig,ssl-cipher,authority,crc32c
                        """.formatted(
                                port,
                                directory.resolve("server.pem"),
                                directory.resolve("clients.crt"),
                                backend.address().getPort()))) {
            ProxyHeader ours = header(backend, proxy.address(), version, kind);
            ProxyHeader theirs = header(backend, haproxy.address(), version, kind);

            assertThat(ours.text(0x01)).isEqualTo(theirs.text(0x01)).isEqualTo("http/1.1");
            assertThat(ours.text(0x02)).isEqualTo(theirs.text(0x02)).isEqualTo("App.Example");
            assertThat(ours.text(0x21))
                    .isEqualTo(theirs.text(0x21))
                    .isEqualTo(version.equals("-tls1_2") ? "TLSv1.2" : "TLSv1.3");
            assertThat(ours.text(0x23)).isEqualTo(theirs.text(0x23));
            assertThat(ours.text(0x24)).isEqualTo(theirs.text(0x24)).isEqualTo("ecdsa-with-SHA256");
            assertThat(ours.text(0x25)).isEqualTo(theirs.text(0x25)).isEqualTo("EC256");
            assertThat(ours.client()).isEqualTo(theirs.client());
            assertThat(ours.isChecksumRight()).isTrue();
            assertThat(theirs.isChecksumRight()).isTrue();
            assertThat(ours.has(0x22)).isEqualTo(theirs.has(0x22)).isEqualTo(certificate);
            if (certificate) {
                assertThat(ours.text(0x22)).isEqualTo(theirs.text(0x22)).isEqualTo("ops");
                assertThat(ours.verify()).isEqualTo(theirs.verify()).isZero();
                assertThat(ours.value(0x28)).isEqualTo(client.leaf().getEncoded());
                assertThat(ours.texts(0xE1)).containsExactly("spiffe://prod/ops");
            } else {
                assertThat(ours.verify()).isNotZero();
            }
            // haproxy 2.6 has no word for the group.
            assertThat(ours.text(0x26)).isEqualTo("x25519");
            LogLine last = proxy.awaitConnectionLines(kind == ClientKind.RESUMED_WITH_CERTIFICATE ? 2 : 1).stream()
                    .reduce((first, second) -> second)
                    .orElseThrow();
            assertThat(ours.text(0x05)).isEqualTo(last.text("connection"));
            assertThat(last.text("resumed")).isEqualTo(String.valueOf(kind == ClientKind.RESUMED_WITH_CERTIFICATE));
        }
    }

    private ProxyHeader header(HeaderBackend backend, InetSocketAddress address, String version, ClientKind kind)
            throws IOException {
        List<String> identity = kind == ClientKind.WITHOUT_CERTIFICATE
                ? List.of()
                : List.of("-cert", "client.crt", "-key", "client.key");
        if (kind == ClientKind.RESUMED_WITH_CERTIFICATE) {
            connect(address, version, identity, List.of("-sess_out", "session.pem"));
            backend.await();
            assertThat(connect(address, version, identity, List.of("-sess_in", "session.pem")))
                    .contains("Reused,");
        } else {
            connect(address, version, identity, List.of());
        }
        return backend.await();
    }

    private String connect(InetSocketAddress address, String version, List<String> identity, List<String> options) {
        List<String> command = new ArrayList<>(List.of("s_client", "-ign_eof", version, "-alpn", "http/1.1"));
        command.addAll(List.of("-connect", "127.0.0.1:" + address.getPort(), "-servername", "App.Example"));
        command.addAll(List.of("-groups", "X25519:P-256"));
        command.addAll(identity);
        command.addAll(options);
        String output = new Openssl(directory).output(command);
        assertThat(output).contains(HeaderBackend.WORD);
        return output;
    }

    @ParameterizedTest
    @CsvSource({"RSA_2048, RSA_2048", "EC_P384, RSA_2048", "RSA_2048, EC_P384", "EC_P521, EC_P521"})
    void namesOurCertificatesAlgorithmsAsHaproxyDoes(KeyKind issuer, KeyKind key) throws Exception {
        CertificateAuthority root = CertificateAuthority.create("Test Root", issuer);
        IssuedCertificate server = root.server("app.example").key(key).issue();
        Files.writeString(directory.resolve("server.pem"), server.chainPem() + server.keyPem());
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(root, server)
                        .with("listeners.https.tls.alpn = [\"http/1.1\"]", send("v2"))
                        .start();
                Daemon haproxy = Daemon.haproxy(directory, port -> """
                        listen in
                          bind 127.0.0.1:%d ssl crt %s
                          server s 127.0.0.1:%d send-proxy-v2 proxy-v2-options ssl,cert-key,cert-sig
                        """.formatted(
                        port, directory.resolve("server.pem"), backend.address().getPort()))) {
            ProxyHeader ours = header(backend, proxy.address(), "-tls1_3", ClientKind.WITHOUT_CERTIFICATE);
            ProxyHeader theirs = header(backend, haproxy.address(), "-tls1_3", ClientKind.WITHOUT_CERTIFICATE);

            assertThat(ours.text(0x24)).isEqualTo(theirs.text(0x24));
            assertThat(ours.text(0x25)).isEqualTo(theirs.text(0x25));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-tls1_3, RSA-PSS+SHA256, RSA2048",
        "-tls1_3, ECDSA+SHA256, EC256",
        "-tls1_2, RSA+SHA256, RSA2048",
        "-tls1_2, ECDSA+SHA256, EC256"
    })
    void tellsOfTheCertificateThatTheClientWasShown(String version, String schemes, String key) throws Exception {
        CertificateAuthority root = CertificateAuthority.create("Test Root");
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .certificate(
                                root,
                                root.server("app.example").key(KeyKind.RSA_2048).issue())
                        .certificate(root, root.server("app.example").issue())
                        .with("listeners.https.tls.alpn = [\"http/1.1\"]", send("v2"))
                        .start()) {
            connect(proxy.address(), version, List.of(), List.of("-sigalgs", schemes, "-sess_out", "session.pem"));
            ProxyHeader header = backend.await();
            assertThat(header.text(0x25)).isEqualTo(key);
            assertThat(header.text(0x24)).isEqualTo("ecdsa-with-SHA256");

            connect(proxy.address(), version, List.of(), List.of("-sigalgs", schemes, "-sess_in", "session.pem"));
            assertThat(backend.await().text(0x25)).isEqualTo(key);
            assertThat(proxy.awaitConnectionLines(2))
                    .anyMatch(line -> line.text("resumed").equals("true"));
        }
    }

    // ---- when it is sent

    @EachTlsVersion
    void theHeaderComesInOneWriteWithTheFirstData(String version) throws Exception {
        BlockingQueue<byte[]> first = new LinkedBlockingQueue<>();
        try (FakeBackend backend = firstRead(first);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(send("v2, tls-information = off"))
                        .start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority(), version)) {
            client.handshake("ping".getBytes(StandardCharsets.US_ASCII));

            byte[] read = first.poll(60, TimeUnit.SECONDS);
            assertThat(ProxyHeader.parse(Arrays.copyOf(read, 28)).source()).isEqualTo(local(client));
            // In TLS 1.2 the server has the last word, and the data comes after it.
            if (version.equals(TlsClient.TLS_1_3)) {
                assertThat(Arrays.copyOfRange(read, 28, read.length))
                        .isEqualTo("ping".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void theHeaderComesBeforeAServersGreeting() throws Exception {
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).with(send("v2")).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.handshake();

            assertThat(client.readText(HeaderBackend.WORD.length())).isEqualTo(HeaderBackend.WORD);
            assertThat(backend.await().source()).isEqualTo(local(client));
        }
    }

    @Test
    void aHeaderForAServerThatIsNotThereIsLetGo() throws Exception {
        try (RefusedPort nobody = new RefusedPort();
                RunningProxy proxy =
                        RunningProxy.to(nobody.address()).with(send("v2")).start();
                TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.handshake("ping".getBytes(StandardCharsets.US_ASCII));

            assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("backend_unreachable");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void aPassedThroughClientIsToldOfByWhatIsInTheOpen(String version) throws Exception {
        BlockingQueue<byte[]> first = new LinkedBlockingQueue<>();
        try (FakeBackend backend = firstRead(first);
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with(
                                "listeners.https.routes = [{ server-names = [\"app.example\"], backend = app, passthrough = on }]",
                                send(version))
                        .start()) {
            new Openssl(directory)
                    .output(List.of(
                            "s_client",
                            "-connect",
                            "127.0.0.1:" + proxy.address().getPort(),
                            "-servername",
                            "App.Example"));
            byte[] read = first.poll(60, TimeUnit.SECONDS);
            LogLine line = proxy.awaitConnectionLine();
            String peer = line.text("client").replace(':', ' ');
            int length;
            if (version.equals("v1")) {
                String text = new String(read, StandardCharsets.ISO_8859_1);
                length = text.indexOf('\n') + 1;
                assertThat(text)
                        .startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + peer.substring(peer.indexOf(' ') + 1) + " "
                                + proxy.address().getPort() + "\r\n");
            } else {
                length = 16 + ByteBuffer.wrap(read).getShort(14);
                ProxyHeader header = ProxyHeader.parse(Arrays.copyOf(read, length));
                assertThat(header.source()).isEqualTo(peer);
                assertThat(header.types()).containsExactly(0x02, 0x05);
                assertThat(header.text(0x02)).isEqualTo("App.Example");
                assertThat(header.text(0x05)).isEqualTo(line.text("connection"));
            }
            // The ClientHello is there when the server is dialled.
            assertThat(read.length).isGreaterThan(length + 5);
            assertThat(read[length]).isEqualTo((byte) 22);
            // The header is none of the client's bytes; what it says at the end is.
            assertThat(line.number("client_to_backend_bytes")).isBetween(read.length - length + 0L, read.length - 1L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void whatAHeaderTellsIsPassedOn(String option) throws Exception {
        try (HeaderBackend backend = new HeaderBackend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("listeners.https.proxy-protocol { accept = on, trusted = [127.0.0.1] }", send("v2"))
                        .start();
                Daemon haproxy = Daemon.haproxy(
                        directory, port -> """
                        listen in
                          bind 127.0.0.1:%d
                          server s 127.0.0.1:%d %s
                        """.formatted(port, proxy.address().getPort(), option));
                TlsClient client = TlsClient.open(haproxy.address(), proxy.authority())) {
            client.handshake();
            ProxyHeader header = backend.await();

            assertThat(header.source()).isEqualTo(local(client));
            assertThat(header.destination())
                    .isEqualTo("127.0.0.1 " + haproxy.address().getPort());
        }
    }

    /** What the first read of a connection brings. */
    private static FakeBackend firstRead(BlockingQueue<byte[]> into) {
        return FakeBackend.running(socket -> {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[64 * 1024];
            int read = in.read(buffer);
            into.add(Arrays.copyOf(buffer, read));
        });
    }
}
