package io.sallyport.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.ChildProxy;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.HandshakeLoad;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.SecretFiles;
import io.sallyport.testing.SoftHsm;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token behind a socket, by p11-kit's client module and its server: one that can be gone, and hang. */
final class RemoteTokenIT {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Remote Token Root");
    private static final Path CLIENT = Path.of("/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so");

    @TempDir
    private Path directory;

    private SoftHsm token;
    private Process server;

    @BeforeEach
    void serve() throws Exception {
        token = SoftHsm.create(directory);
        server = startServer();
    }

    @AfterEach
    void end() {
        end(server);
    }

    @Test
    void aTokenThatIsGoneIsToldAndSignsAgainOnceItIsBack() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = proxy(backend)) {
            assertThat(isServed(proxy)).isTrue();

            end(server);

            await().until(() -> !isServed(proxy));
            assertThat(proxy.get("/status").body()).contains("\"usable\" : false", "no token \\\"T\\\"");

            server = startServer();

            await().until(() -> isServed(proxy));
            assertThat(proxy.get("/status").body()).contains("\"usable\" : true");
        }
    }

    /** Each client of the server has a process of its own there. */
    @Test
    void aConnectionToTheTokenThatBreaksIsMadeAnew() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = proxy(backend)) {
            assertThat(isServed(proxy)).isTrue();

            server.descendants().forEach(ProcessHandle::destroyForcibly);

            await().until(() -> isServed(proxy));
        }
    }

    @Test
    void whileATokenHangsOthersAreServedAndThenItSignsAgain() throws Exception {
        try (FakeBackend backend = FakeBackend.closing();
                ChildProxy proxy = proxy(backend)) {
            assertThat(isServed(proxy)).isTrue();
            List<ProcessHandle> processes = server.descendants().toList();
            assertThat(processes).isNotEmpty();

            signal("STOP", processes);
            try (HandshakeLoad waiting = HandshakeLoad.on(proxy.listener("token"), 20, ROOT.certificate());
                    HandshakeLoad others = HandshakeLoad.on(proxy.listener("https"), 2, ROOT.certificate())) {
                try {
                    await().until(() -> others.done() + others.failures().size() > 1000);
                    assertThat(waiting.done()).isZero();
                    await().untilAsserted(() ->
                            assertThat(proxy.get("/status").body()).contains("\"last_result\" : \"timeout\""));
                } finally {
                    signal("CONT", processes);
                }
                waiting.stop();
                others.stop();
                assertThat(others.failures()).isEmpty();
            }

            await().until(() -> isServed(proxy));
        }
    }

    private ChildProxy proxy(FakeBackend backend) throws Exception {
        RunningProxy.Builder builder = RunningProxy.to(backend.address())
                .certificate(ROOT, ROOT.server("localhost").ip("127.0.0.1").issue());
        Path files = builder.directory();
        SecretFiles.write(files.resolve("pin"), SoftHsm.PIN + "\n");
        token.certify(ROOT, "ec", files);
        builder.with("""
                listeners.token { bind = "127.0.0.1:0", backend = app, tls.certificates = [
                  { chain = ec.crt, pkcs11 { module = "%s", token = T, key = ec, pin-file = pin } } ] }
                """.formatted(CLIENT));
        return builder.startProcessWithVariable("P11_KIT_SERVER_ADDRESS", "unix:path=" + socket());
    }

    private static boolean isServed(ChildProxy proxy) {
        try (TlsClient client = TlsClient.open(proxy.listener("token"), ROOT)) {
            client.handshake();
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    private Process startServer() throws IOException {
        Files.deleteIfExists(socket());
        ProcessBuilder builder = new ProcessBuilder(
                        "p11-kit",
                        "server",
                        "--foreground",
                        "--provider",
                        SoftHsm.MODULE.toString(),
                        "--name",
                        socket().toString(),
                        "pkcs11:token=T")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile());
        builder.environment().put(SoftHsm.VARIABLE, token.configuration().toString());
        Process started = builder.start();
        await().until(() -> Files.exists(socket()) || !started.isAlive());
        return started;
    }

    private static void end(Process process) {
        Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList()
                .forEach(each -> {
                    each.destroyForcibly();
                    each.onExit().join();
                });
    }

    private static void signal(String name, List<ProcessHandle> processes) throws IOException, InterruptedException {
        for (ProcessHandle each : processes) {
            assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(each.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        }
    }
}
