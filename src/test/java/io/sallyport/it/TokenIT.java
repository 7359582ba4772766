package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.HandshakeLoad;
import io.sallyport.testing.Pem;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that were made in a SoftHSM token and never leave it. */
final class TokenIT {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Token Root");
    private static final Path MODULE = Stream.of("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
            .map(Path::of)
            .filter(Files::exists)
            .findFirst()
            .orElse(Path.of("/usr/lib/softhsm/libsofthsm2.so"));
    private static final int HANDSHAKES = 1000;

    @TempDir
    private Path directory;

    private Path softhsm;

    @BeforeEach
    void makeToken() throws Exception {
        Files.createDirectory(directory.resolve("tokens"));
        softhsm = Files.writeString(
                directory.resolve("softhsm2.conf"),
                "directories.tokendir = " + directory.resolve("tokens") + "\nlog.level = ERROR\n");
        run("softhsm2-util", "--init-token", "--free", "--label", "T", "--pin", "1234", "--so-pin", "567890");
        tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "ec", "--id", "01");
        tool("--keypairgen", "--key-type", "rsa:2048", "--label", "rsa", "--id", "02");
    }

    @Test
    void aThousandHandshakesWithEachKindOfKeyAndVersion() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = proxy(backend, "1234")) {
            for (String listener : List.of("ec12", "ec13", "rsa12", "rsa13")) {
                try (HandshakeLoad load = HandshakeLoad.on(address(proxy, listener), 8, ROOT.certificate())) {
                    await(listener).until(() -> load.done() + load.failures().size() >= HANDSHAKES);
                    load.stop();
                    assertThat(load.failures()).isEmpty();
                    assertThat(load.served().keySet())
                            .containsExactly("CN=" + listener.replaceAll("\\d", "") + ".test");
                }
            }
            assertThat(proxy.logLines("does not sign")).isEmpty();
        }
    }

    @Test
    void aKeyThatIsGoneFromItsTokenIsSeen() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = proxy(backend, "1234")) {
            InetSocketAddress address = address(proxy, "ec13");
            assertThat(isServed(address)).isTrue();
            assertThat(proxy.get("/status").body()).contains("\"usable\" : true");

            tool("--delete-object", "--type", "privkey", "--label", "ec");

            await().until(() -> !isServed(address));
            assertThat(proxy.get("/status").body())
                    .contains("\"token\" : \"T\"", "\"usable\" : false", "no private key \\\"ec\\\"");
            assertThat(isServed(address(proxy, "rsa13"))).isTrue();
            assertThat(proxy.get("/metrics").body())
                    .contains("sallyport_token_signatures_total{result=\"error\",token=\"T\"}");
        }
    }

    private static boolean isServed(InetSocketAddress address) {
        try (TlsClient client = TlsClient.open(address, ROOT)) {
            client.handshake();
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** By the real module, whose errors are told by number. */
    @Test
    void checkTellsWhatIsWrongWithTheTokenThePinTheKeyAndTheCertificate() throws Exception {
        Pem.write(directory.resolve("ec.crt"), issue("ec", publicKey("ec", "EC")));
        Pem.write(
                directory.resolve("other.crt"),
                ROOT.server("other.test").issue().chainPem());
        SecretFiles.write(directory.resolve("pin"), "1234\n");
        SecretFiles.write(directory.resolve("wrong"), "4321\n");

        assertThat(check("ec.crt", "T", "ec", "pin")).startsWith("0 ");
        assertThat(check("ec.crt", "T", "ec", "wrong"))
                .startsWith("1 ")
                .contains("EC key \"ec\" of token \"T\": token \"T\": the PIN is wrong (CKR_PIN_INCORRECT)")
                .doesNotContain("4321");
        assertThat(check("ec.crt", "X", "ec", "pin")).contains("no token \"X\" (expected: one of [T])");
        assertThat(check("ec.crt", "T", "gone", "pin")).contains("no private key \"gone\" of the certificate's kind");
        assertThat(check("other.crt", "T", "ec", "pin")).contains("the private key is not the certificate's");
    }

    /** The exit code and what was printed. */
    private String check(String chain, String token, String key, String pin) throws Exception {
        Path file = Files.writeString(directory.resolve("x.conf"), """
                sallyport {
                  listeners.https { bind = "127.0.0.1:0", backend = app, tls.certificates = [
                    { chain = %s, pkcs11 { module = "%s", token = %s, key = %s, pin-file = %s } } ] }
                  backends.app.servers = ["127.0.0.1:9"]
                  admin.bind = ""
                }
                """.formatted(chain, MODULE, token, key, pin));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        Objects.requireNonNull(System.getProperty("sallyport.jar")),
                        "check",
                        "-c",
                        file.toString())
                .redirectErrorStream(true);
        builder.environment().put("SOFTHSM2_CONF", softhsm.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }

    private ChildProxy proxy(FakeBackend backend, String pin) throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        Path files = builder.directory();
        SecretFiles.write(files.resolve("pin"), pin + "\n");
        Pem.write(files.resolve("ec.crt"), issue("ec", publicKey("ec", "EC")));
        Pem.write(files.resolve("rsa.crt"), issue("rsa", publicKey("rsa", "RSA")));
        for (String key : List.of("ec", "rsa")) {
            for (String version : List.of("12", "13")) {
                builder.with("""
                        listeners.%1$s%2$s { bind = "127.0.0.1:0", backend = app, tls { protocols = [TLSv1.%3$s], certificates = [
                          { chain = %1$s.crt, pkcs11 { module = "%4$s", token = T, key = %1$s, pin-file = pin } } ] } }
                        """.formatted(key, version, version.substring(1), MODULE));
            }
        }
        return builder.startProcessWithVariable("SOFTHSM2_CONF", softhsm.toString());
    }

    private static InetSocketAddress address(ChildProxy proxy, String listener) {
        String address = proxy.logLines("listening").stream()
                .filter(line -> line.text("listener").equals(listener))
                .findFirst()
                .orElseThrow()
                .text("address");
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    private static String issue(String name, PublicKey key) {
        return ROOT.server(name + ".test")
                .key(new KeyPair(key, ROOT.issued().key()))
                .issue()
                .chainPem();
    }

    private PublicKey publicKey(String label, String algorithm) throws Exception {
        Path der = directory.resolve(label + ".der");
        tool("--read-object", "--type", "pubkey", "--label", label, "--output-file", der.toString());
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(Files.readAllBytes(der)));
    }

    private void tool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "pkcs11-tool", "--module", MODULE.toString(), "--token-label", "T", "--login", "--pin", "1234"));
        command.addAll(List.of(arguments));
        run(command.toArray(new String[0]));
    }

    private void run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("SOFTHSM2_CONF", Objects.requireNonNull(softhsm).toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + "\n" + output)
                .isZero();
    }
}
