package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Openssl;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import io.sallyport.testing.TlsClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Everything that a proxy with secrets of every kind says of itself, searched for each of them. */
final class NoSecretToldTest {
    private static final String TOKEN = "token-of-nobody-1";
    private static final String MISTYPED = "token-of-nobody-l";
    private static final String PASSWORD = "pass-of-nobody-2";
    private static final String TICKET_SECRET = "ticket-secret-of-nobody-3-ticket-secret";

    @Test
    void noAnswerAndNoLineHasASecret() throws Exception {
        CertificateAuthority authority = CertificateAuthority.create("Root");
        IssuedCertificate certificate =
                authority.server("localhost").ip("127.0.0.1").issue();
        try (FakeBackend backend = FakeBackend.echo();
                RunningProxy proxy = proxy(backend, authority, certificate)) {
            try (TlsClient client = TlsClient.connect(proxy)) {
                client.send("ping");
                assertThat(client.readText(4)).isEqualTo("ping");
            }
            try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
                client.sendRaw("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
                client.tcpEnd();
            }
            proxy.awaitHandshakeFailure();
            Map<String, String> told = new LinkedHashMap<>();
            for (String right : List.of("Bearer " + TOKEN, "Bearer " + MISTYPED, basic(TOKEN), basic(MISTYPED), "")) {
                tell(proxy, right, told);
            }
            told.put("events", firstEvent(proxy));
            // A file that is wrong in each way: the problems are shown, at /status and in the log.
            for (Map.Entry<String, String> broken : Map.of(
                            "admin.token", MISTYPED + " \n",
                            "password", MISTYPED,
                            "secret", MISTYPED)
                    .entrySet()) {
                Path file = proxy.directory().resolve(broken.getKey());
                String before = Files.readString(file);
                Files.writeString(file, broken.getValue());
                assertThat(proxy.reload()).isFalse();
                told.put("broken " + broken.getKey(), proxy.get("/status").body());
                Files.writeString(file, before);
            }
            told.put("log", String.join("\n", proxy.log().lines("")));
            told.put("access log", Files.readString(proxy.directory().resolve("access.jsonl")));

            assertThat(told).hasSizeGreaterThan(60);
            assertThat(told.get("Bearer " + TOKEN + " GET /status")).startsWith("200 ");
            assertThat(told.get(" GET /status")).startsWith("401 ");
            assertThat(told.get("broken secret")).contains("secret: ");
            assertThat(told.get("log")).contains("a request with a wrong token");
            Map<String, String> secrets = secrets(certificate);
            told.forEach((where, text) -> secrets.forEach(
                    (name, secret) -> assertThat(text).as(name + " in " + where).doesNotContain(secret)));
        }
    }

    private static RunningProxy proxy(
            FakeBackend backend, CertificateAuthority authority, IssuedCertificate certificate) throws IOException {
        RunningProxy.Builder builder = RunningProxy.to(backend.address()).token(TOKEN);
        Path directory = builder.directory();
        certificate.writePem(directory, "locked");
        SecretFiles.write(directory.resolve("password"), PASSWORD + "\n");
        SecretFiles.write(directory.resolve("secret"), TICKET_SECRET);
        new Openssl(directory).line("pkcs8 -topk8 -in locked.key -out encrypted.key -passout file:password");
        Files.delete(directory.resolve("locked.key"));
        return builder.certificate(authority, certificate)
                .with(
                        "listeners.https.tls.certificates = [{ chain = locked.crt, key = encrypted.key,"
                                + " password-file = password }]",
                        "listeners.https.tls.session.ticket-secret-file = secret")
                .start();
    }

    /** In every form in which it might get out. */
    private static Map<String, String> secrets(IssuedCertificate certificate) {
        Map<String, String> secrets = new LinkedHashMap<>();
        for (String secret : List.of(TOKEN, MISTYPED, PASSWORD, TICKET_SECRET)) {
            byte[] bytes = secret.getBytes(StandardCharsets.US_ASCII);
            secrets.put(secret, secret);
            secrets.put(secret + " in hex", HexFormat.of().formatHex(bytes));
            secrets.put(
                    secret + " in Base64", Base64.getEncoder().withoutPadding().encodeToString(bytes));
            secrets.put(secret + " as Basic", basic(secret).substring("Basic ".length()));
        }
        secrets.put("the private key", certificate.keyPem().lines().toList().get(1));
        secrets.put("a PEM block", "PRIVATE KEY");
        return secrets;
    }

    private static void tell(RunningProxy proxy, String authorization, Map<String, String> told) throws Exception {
        for (String path : List.of(
                "/",
                "/status",
                "/handshakes",
                "/handshakes?reason=success",
                "/metrics",
                "/livez",
                "/readyz",
                "/nowhere")) {
            told.put(authorization + " GET " + path, ask(proxy, "GET", path, authorization));
        }
        for (String path : List.of("/reload", "/handshakes/trace?source=x", "/log-level?level=x", "/nowhere")) {
            told.put(authorization + " POST " + path, ask(proxy, "POST", path, authorization));
        }
    }

    private static String ask(RunningProxy proxy, String method, String path, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + proxy.adminAddress().getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        HttpResponse<String> response = RunningProxy.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.headers().map() + "\n" + response.body();
    }

    private static String firstEvent(RunningProxy proxy) throws IOException {
        try (Socket socket = new Socket(
                        proxy.adminAddress().getAddress(), proxy.adminAddress().getPort());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.getOutputStream()
                    .write(("GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder text = new StringBuilder();
            await().until(() -> text.append(in.readLine()).indexOf("data: ") >= 0);
            return text.toString();
        }
    }

    private static String basic(String token) {
        return "Basic " + Base64.getEncoder().encodeToString(("user:" + token).getBytes(StandardCharsets.US_ASCII));
    }
}
