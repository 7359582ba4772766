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
import io.sallyport.testing.SoftHsm;
import io.sallyport.testing.TlsClient;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that were made in a SoftHSM token and never leave it. */
final class TokenIT {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Token Root");
    private static final int HANDSHAKES = 1000;

    @TempDir
    private Path directory;

    private SoftHsm token;

    @BeforeEach
    void makeToken() throws Exception {
        token = SoftHsm.create(directory);
    }

    @Test
    void aThousandHandshakesWithEachKindOfKeyAndVersion() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = proxy(backend, SoftHsm.PIN)) {
            for (String listener : List.of("ec12", "ec13", "rsa12", "rsa13")) {
                try (HandshakeLoad load = HandshakeLoad.on(proxy.listener(listener), 8, ROOT.certificate())) {
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
                ChildProxy proxy = proxy(backend, SoftHsm.PIN)) {
            InetSocketAddress address = proxy.listener("ec13");
            assertThat(isServed(address)).isTrue();
            assertThat(proxy.get("/status").body()).contains("\"usable\" : true");

            token.tool("--delete-object", "--type", "privkey", "--label", "ec");

            await().until(() -> !isServed(address));
            assertThat(proxy.get("/status").body())
                    .contains("\"token\" : \"T\"", "\"usable\" : false", "no private key \\\"ec\\\"");
            assertThat(isServed(proxy.listener("rsa13"))).isTrue();
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
        token.certify(ROOT, "ec", directory);
        Pem.write(
                directory.resolve("other.crt"),
                ROOT.server("other.test").issue().chainPem());
        SecretFiles.write(directory.resolve("pin"), SoftHsm.PIN + "\n");
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
    private String check(String chain, String label, String key, String pin) throws Exception {
        Path file =
                Files.writeString(directory.resolve("x.conf"), """
                sallyport {
                  listeners.https { bind = "127.0.0.1:0", backend = app, tls.certificates = [
                    { chain = %s, pkcs11 { module = "%s", token = %s, key = %s, pin-file = %s } } ] }
                  backends.app.servers = ["127.0.0.1:9"]
                  admin.bind = ""
                }
                """.formatted(chain, SoftHsm.MODULE, label, key, pin));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        Objects.requireNonNull(System.getProperty("sallyport.jar")),
                        "check",
                        "-c",
                        file.toString())
                .redirectErrorStream(true);
        builder.environment().put(SoftHsm.VARIABLE, token.configuration().toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }

    private ChildProxy proxy(FakeBackend backend, String pin) throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        Path files = builder.directory();
        SecretFiles.write(files.resolve("pin"), pin + "\n");
        token.certify(ROOT, "ec", files);
        token.certify(ROOT, "rsa", files);
        for (String key : List.of("ec", "rsa")) {
            for (String version : List.of("12", "13")) {
                builder.with("""
                        listeners.%1$s%2$s { bind = "127.0.0.1:0", backend = app, tls { protocols = [TLSv1.%3$s], certificates = [
                          { chain = %1$s.crt, pkcs11 { module = "%4$s", token = T, key = %1$s, pin-file = pin } } ] } }
                        """.formatted(key, version, version.substring(1), SoftHsm.MODULE));
            }
        }
        return builder.startProcessWithVariable(
                SoftHsm.VARIABLE, token.configuration().toString());
    }
}
