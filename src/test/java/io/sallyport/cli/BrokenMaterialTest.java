package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.KeyKind;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of broken file: at start, exit code 1 with the file and the rule; at a reload, the old stays in service, the
 * reason is told, and the file is tried again.
 */
class BrokenMaterialTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
    private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
    private static final IssuedCertificate SERVER = ROOT.server("localhost").issue();
    private static final IssuedCertificate STORED =
            ROOT.server("stored.test").key(KeyKind.RSA_2048).issue();
    private static final String PASSWORD = "right";

    /** The one listener that has every kind of file. */
    private static final String SETTINGS = """
            listeners.https.tls {
              certificates = [ { chain = tls.crt, key = tls.key }
                               { keystore = store.p12, password-file = password } ]
              client-auth { mode = request, trust-anchors = [ anchors.crt ], crls = [ clients.crl ] }
              session.ticket-secret-file = secret
            }
            """;

    private static final String HARD = SETTINGS + "listeners.https.tls.client-auth.crl-policy = hard-fail\n";

    @TempDir
    private Path directory;

    /** Makes a file what it must not be. */
    @FunctionalInterface
    private interface Damage {
        void on(Path file) throws IOException;
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("tls.crt", "empty", BrokenMaterialTest::empty, "is empty"),
                damage("tls.crt", "truncated", BrokenMaterialTest::truncate, "is followed by the end of the file"),
                damage("tls.crt", "a directory", BrokenMaterialTest::directory, "is a directory"),
                damage("tls.crt", "missing", Files::delete, "no such file"),
                damage("tls.crt", "unreadable", BrokenMaterialTest::unreadable, "cannot be read: Input/output error"),
                damage("tls.crt", "a pipe", BrokenMaterialTest::pipe, "is not a regular file"),
                damage("tls.key", "empty", BrokenMaterialTest::empty, "is empty"),
                damage("tls.key", "truncated", BrokenMaterialTest::truncate, "is followed by the end of the file"),
                damage("tls.key", "a directory", BrokenMaterialTest::directory, "is a directory"),
                damage("tls.key", "unreadable", BrokenMaterialTest::unreadable, "cannot be read: Input/output error"),
                damage("tls.key", "another's", file -> write(file, STORED.keyPem()), "does not match"),
                damage("store.p12", "empty", BrokenMaterialTest::empty, "is empty"),
                damage("store.p12", "truncated", BrokenMaterialTest::truncate, "(expected: "),
                damage("password", "wrong", file -> write(file, "wrong"), "password"),
                damage("password", "a directory", BrokenMaterialTest::directory, "is a directory"),
                damage("anchors.crt", "empty", BrokenMaterialTest::empty, "is empty"),
                damage("anchors.crt", "truncated", BrokenMaterialTest::truncate, "is followed by the end of the file"),
                damage("anchors.crt", "a directory", BrokenMaterialTest::directory, "is a directory"),
                damage("clients.crl", "empty", BrokenMaterialTest::empty, "is empty"),
                damage("clients.crl", "truncated", BrokenMaterialTest::truncate, "is followed by the end of the file"),
                damage("clients.crl", "a directory", BrokenMaterialTest::directory, "is a directory"),
                damage(
                        "clients.crl",
                        "of another authority of that name",
                        file -> CertificateAuthority.create("Clients")
                                .revocations()
                                .writePem(file),
                        "is not signed by the trust anchor CN=Clients"),
                damage(
                        "clients.crl",
                        "of another authority",
                        file -> CertificateAuthority.create("Other")
                                .revocations()
                                .writePem(file),
                        "whom a trust anchor revoked would be let in"),
                hard(
                        "of another authority",
                        file -> CertificateAuthority.create("Other")
                                .revocations()
                                .writePem(file),
                        "nobody would be let in"),
                hard("expired", file -> CLIENTS.revocations().expired().writePem(file), "was to be replaced at"),
                damage("secret", "too short", file -> write(file, "short"), "at least 32 bytes"),
                damage("secret", "a directory", BrokenMaterialTest::directory, "is a directory"));
    }

    @ParameterizedTest(name = "{1} {2}")
    @MethodSource("damages")
    void isAFailureAtStartThatNamesFileAndRule(String settings, String name, String what, Damage damage, String rule)
            throws IOException {
        writeGood(directory);
        damage.on(directory.resolve(name));
        Path file = Files.writeString(directory.resolve("sallyport.conf"), """
                sallyport {
                  listeners.https { bind = "127.0.0.1:0", backend = app }
                  %s
                  backends.app.servers = ["127.0.0.1:1"]
                  admin.bind = "127.0.0.1:0"
                }
                """.formatted(settings));

        for (String command : List.of("run", "check")) {
            Outcome outcome = Outcome.of(command, "-c", file);

            assertThat(outcome.exitCode()).as(command).isEqualTo(1);
            assertThat(outcome.err())
                    .as(command)
                    .anySatisfy(line -> assertThat(line).contains(name, rule, "(expected: "))
                    .allSatisfy(line -> assertThat(line).startsWith(file + ":").doesNotContain("Exception"));
        }
    }

    @ParameterizedTest(name = "{1} {2}")
    @MethodSource("damages")
    void leavesTheOldInServiceAtAReloadAndIsTriedAgain(
            String settings, String name, String what, Damage damage, String rule) throws IOException {
        try (FakeBackend backend = FakeBackend.closing()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            writeGood(builder.directory());
            try (RunningProxy proxy = builder.certificate(ROOT, SERVER)
                    .with(settings, "reload { watch = off, poll = 100ms }")
                    .start()) {
                Path file = proxy.directory().resolve(name);
                damage.on(file);

                await("a second try")
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> proxy.metric("sallyport_reloads_total", "result", "failure") >= 2);
                assertThat(served(proxy)).isEqualTo("CN=localhost");
                assertThat(proxy.get("/status").body()).contains(name, rule);
                assertThat(proxy.log().values("problem"))
                        .anySatisfy(problem -> assertThat(problem).contains(name, rule));

                delete(file);
                writeGood(proxy.directory());
                ROOT.server("localhost", "more.test").issue().writePem(proxy.directory(), "tls");

                await("the reload of what is whole again")
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> proxy.get("/status").body().contains("\"result\" : \"success\"")
                                && proxy.metric("sallyport_reloads_total", "result", "success") >= 1);
                assertThat(served(proxy)).isEqualTo("CN=localhost");
            }
        }
    }

    private static Arguments damage(String name, String what, Damage damage, String rule) {
        return Arguments.of(SETTINGS, name, what, damage, rule);
    }

    private static Arguments hard(String what, Damage damage, String rule) {
        return Arguments.of(HARD, "clients.crl", what, damage, rule);
    }

    private static void writeGood(Path directory) throws IOException {
        SERVER.writePem(directory, "tls");
        STORED.writeKeyStore(directory.resolve("store.p12"), "PKCS12", "stored", PASSWORD);
        SecretFiles.write(directory.resolve("password"), PASSWORD);
        CLIENTS.writePem(directory, "anchors");
        CLIENTS.revocations().writePem(directory.resolve("clients.crl"));
        SecretFiles.write(directory.resolve("secret"), "a secret of at least thirty-two bytes");
    }

    private static void empty(Path file) throws IOException {
        Files.write(file, new byte[0]);
    }

    private static void truncate(Path file) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    }

    private static void directory(Path file) throws IOException {
        Files.delete(file);
        Files.createDirectory(file);
    }

    /** The permissions of a file keep no root from reading it; the memory of a process at address 0 does. */
    private static void unreadable(Path file) throws IOException {
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/proc/self/mem"));
    }

    private static void pipe(Path file) throws IOException {
        Files.delete(file);
        try {
            assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                    .isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(file);
        }
    }

    private static void write(Path file, String text) {
        try {
            Path aside = Files.writeString(file.resolveSibling("aside"), text);
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String served(RunningProxy proxy) {
        try (TlsClient client = TlsClient.open(proxy.address(), ROOT)) {
            client.handshake();
            String name = client.session().getPeerPrincipal().getName();
            client.sendCloseNotify();
            client.sendFin();
            client.readAll();
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
