package io.sallyport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sallyport.config.ConfigLoader;
import io.sallyport.server.listen.HandedOverSockets;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin listener of a whole proxy: its token, where it comes from, and who is warned. */
final class AdminAccessTest {
    private static final String TOKEN = "Gq3+tNf0Zb7/xR1k";
    private static final String OTHER = "other-other-other";

    @TempDir
    private Path scratch;

    @Test
    void curlGetsInWithTheTokenInEitherWay() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = proxy(backend)) {
            assertThat(curl(proxy, "/status")).isEqualTo("401");
            assertThat(curl(proxy, "/status", "--header", "Authorization: Bearer " + TOKEN))
                    .isEqualTo("200");
            assertThat(curl(proxy, "/metrics", "--user", "anybody:" + TOKEN)).isEqualTo("200");
            assertThat(curl(proxy, "/status", "--user", "anybody:" + OTHER)).isEqualTo("401");
            assertThat(curl(proxy, "/readyz")).isEqualTo("200");
            assertThat(curl(proxy, "/livez")).isEqualTo("200");
            assertThat(curl(proxy, "/reload", "--request", "POST")).isEqualTo("401");
            assertThat(curl(proxy, "/reload", "--request", "POST", "--user", ":" + TOKEN))
                    .isEqualTo("202");
            proxy.awaitMetric(1, "sallyport_reloads_total", "result", "unchanged");
            assertThat(proxy.log().values("client")).singleElement().asString().startsWith("127.0.0.1:");
        }
    }

    @Test
    void aNewTokenIsSeenByItself() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .token(TOKEN)
                        .with("reload { watch = on, poll = 0s }")
                        .start()) {
            proxy.replaceToken(OTHER);
            proxy.askWith(OTHER);
            await().until(() -> proxy.get("/status").statusCode() == 200);

            assertThat(curl(proxy, "/status", "--user", ":" + TOKEN)).isEqualTo("401");
        }
    }

    @Test
    void aFileThatHasNoneIsRefusedAndTheOldOneStays() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = proxy(backend)) {
            proxy.replaceToken("short");

            assertThat(proxy.reload()).isFalse();
            assertThat(proxy.get("/status").body())
                    .contains("admin.token: 5 characters (expected: a token of 16 to 512 visible ASCII characters")
                    .doesNotContain("short");

            proxy.replaceToken(OTHER);
            assertThat(proxy.reload()).isTrue();
            assertThat(proxy.get("/status").statusCode()).isEqualTo(401);
            proxy.askWith(OTHER);
            assertThat(proxy.get("/status").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aReloadCanAskForATokenForTheFirstTime() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address()).start()) {
            proxy.replaceToken(TOKEN);
            proxy.edit(text -> text + "sallyport.admin.token-file = admin.token\n");

            assertThat(proxy.reload()).isTrue();

            assertThat(curl(proxy, "/status")).isEqualTo("401");
            proxy.askWith(TOKEN);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        fifteen-letters | 15 characters (expected: a token of 16
        'two words are no token' | another character (expected: a token of 16
        ümläuts-are-no-token | another character (expected: a token of 16
        '' | 0 characters (expected: a token of 16
        """)
    void whatIsNoTokenKeepsItFromStarting(String content, String problem) throws Exception {
        SecretFiles.write(scratch.resolve("token"), content + "\n");

        assertThatThrownBy(() -> check("admin.token-file = token")).hasMessageContaining("token: " + problem);
    }

    @Test
    void aFileThatIsMissingOrTooLongKeepsItFromStarting() throws Exception {
        assertThatThrownBy(() -> check("admin.token-file = none")).hasMessageContaining("none: no such file");
        SecretFiles.write(scratch.resolve("token"), "x".repeat(513));
        assertThatThrownBy(() -> check("admin.token-file = token")).hasMessageContaining("513 characters");
        SecretFiles.write(scratch.resolve("token"), "x".repeat(512) + "\r\n");
        assertThat(check("admin.token-file = token")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:0", "[::]:0", "192.0.2.1:9901"})
    void anAddressThatOthersReachIsWarnedOfUnlessThereIsAToken(String bind) throws Exception {
        SecretFiles.write(scratch.resolve("token"), TOKEN);

        assertThat(check("admin.bind = \"" + bind + "\""))
                .singleElement()
                .asString()
                .contains("admin.bind: \"" + bind + "\" without admin.token-file: whoever reaches it");
        assertThat(check("admin { bind = \"" + bind + "\", token-file = token }"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:0", "[::1]:0", "localhost:9901", ""})
    void loopbackIsNotWarnedOf(String bind) throws Exception {
        assertThat(check("admin.bind = \"" + bind + "\"")).isEmpty();
    }

    @Test
    void theStartWarnsInTheLog() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("admin.bind = \"0.0.0.0:0\"")
                        .start()) {
            assertThat(proxy.log().lines("without admin.token-file")).hasSize(1);
        }
    }

    /** A scraper keeps its connection, and a page its stream: through a listener in front both count as its connections. */
    @Test
    void whoIsConnectedThroughAListenerInFrontDoesNotHoldUpADrain() {
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("drain.timeout = 1h")
                        .start()) {
            front(proxy, "");
            try (TlsClient page = TlsClient.open(proxy.address("admin"), proxy.authority());
                    TlsClient scraper = TlsClient.open(proxy.address("admin"), proxy.authority())) {
                page.handshake();
                page.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
                scraper.handshake();
                scraper.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(page.readText(15)).isEqualTo("HTTP/1.1 200 OK");
                assertThat(scraper.readText(15)).isEqualTo("HTTP/1.1 200 OK");

                CompletableFuture<Boolean> drained = proxy.drain();
                // A stream that goes on would be read for ever.
                CompletableFuture.allOf(
                                CompletableFuture.runAsync(page::readAll), CompletableFuture.runAsync(scraper::readAll))
                        .orTimeout(60, TimeUnit.SECONDS)
                        .join();
                page.close();
                scraper.close();

                assertThat(drained.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
            }
        }
    }

    /** As the manual has it: a listener of ours in front of the admin listener asks for certificates. */
    @Test
    void aListenerInFrontGivesItMutualTls() throws Exception {
        CertificateAuthority operators = CertificateAuthority.create("Operators");
        operators.client("ops").issue().writePem(scratch, "ops");
        operators.client("dev").issue().writePem(scratch, "dev");
        try (FakeBackend backend = FakeBackend.closing();
                RunningProxy proxy = proxy(backend)) {
            operators.writePem(proxy.directory(), "operators-ca");
            front(
                    proxy,
                    "tls.client-auth { mode = require, trust-anchors = [operators-ca.crt], allow = [{ cn = ops }] }");
            InetSocketAddress front = proxy.address("admin");
            Path anchor = proxy.authority().writePem(scratch, "root");

            List<String> ops = List.of("--user", ":" + TOKEN, "--cacert", anchor.toString());
            assertThat(curl(front, ops, "ops", "/status")).isEqualTo("0 200");
            assertThat(curl(front, ops, "ops", "/metrics")).isEqualTo("0 200");
            assertThat(curl(front, ops, "dev", "/status")).doesNotEndWith("200");
            assertThat(curl(front, ops, "", "/status")).doesNotEndWith("200");
            assertThat(curl(front, ops.subList(2, 4), "ops", "/status")).isEqualTo("0 401");
        }
    }

    /** Puts a listener {@code admin} in front of the admin listener. */
    private static void front(RunningProxy proxy, String tls) {
        proxy.edit(text -> text + """
                sallyport {
                  listeners.admin {
                    bind = "127.0.0.1:0"
                    backend = admin
                    tls.certificates = ${sallyport.listeners.https.tls.certificates}
                    %s
                  }
                  backends.admin.servers = ["127.0.0.1:%d"]
                }
                """.formatted(tls, proxy.adminAddress().getPort()));
        assertThat(proxy.reload()).isTrue();
    }

    private static RunningProxy proxy(FakeBackend backend) {
        return RunningProxy.to(backend.address()).token(TOKEN).start();
    }

    private List<String> check(String setting) throws Exception {
        CertificateAuthority.selfSigned("localhost").dns("localhost").issue().writePem(scratch, "tls");
        String text = """
                sallyport {
                  listeners.https {
                    bind = "127.0.0.1:0"
                    backend = app
                    tls.certificates = [{ chain = "tls.crt", key = "tls.key" }]
                  }
                  backends.app.servers = ["127.0.0.1:1"]
                  %s
                }
                """.formatted(setting);
        return ProxyServer.check(ConfigLoader.load(text, "x.conf", scratch), HandedOverSockets.none());
    }

    private String curl(RunningProxy proxy, String path, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add("http://127.0.0.1:" + proxy.adminAddress().getPort() + path);
        return status(command).replaceFirst("^0 ", "");
    }

    /** With the name that clients far away use for it. */
    private String curl(InetSocketAddress front, List<String> arguments, String client, String path)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(arguments);
        if (!client.isEmpty()) {
            command.addAll(List.of("--cert", scratch.resolve(client + ".crt").toString()));
            command.addAll(List.of("--key", scratch.resolve(client + ".key").toString()));
        }
        command.addAll(List.of("--connect-to", "localhost:9443:127.0.0.1:" + front.getPort()));
        command.addAll(List.of("--header", "Host: gateway.example:9443"));
        command.add("https://localhost:9443" + path);
        return status(command);
    }

    /** Exit code and status. */
    private String status(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--max-time", "20"));
        command.addAll(List.of("--output", "/dev/null", "--write-out", "%{http_code}"));
        command.addAll(arguments);
        Path output = scratch.resolve("curl");
        Process process =
                new ProcessBuilder(command).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() + " " + Files.readString(output);
    }
}
