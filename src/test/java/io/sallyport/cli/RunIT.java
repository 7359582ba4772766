package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIT {
    @TempDir
    private Path directory;

    private ServerSocket backend = new ServerSocket();

    RunIT() throws IOException {}

    @BeforeEach
    void listen() throws IOException {
        backend = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        backend.close();
    }

    @Test
    void endsCleanlyWithoutAWordOnStandardError() throws Exception {
        try (SallyportProcess process = run("")) {
            port(process);
            process.signal("TERM");

            assertThat(process.exitCode()).isZero();
            assertThat(process.err()).isEmpty();
            assertThat(process.out()).isNotEmpty().allMatch(line -> line.startsWith("{\"") && line.endsWith("}"));
        }
    }

    @Test
    void aPassedDrainDeadlineIsAFailure() throws Exception {
        try (SallyportProcess process = run("drain.timeout = 200ms");
                TlsClient client = new TlsClient(port(process))) {
            client.begin();
            process.signal("TERM");

            assertThat(process.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void theThirdSignalEndsAProcessWhoseStopHangs() throws Exception {
        try (SallyportProcess process = debugged("");
                TlsClient client = new TlsClient(port(process))) {
            client.begin();
            process.signal("TERM");
            Debugger.attach(process).suspend("sallyport-control");
            process.signal("INT");
            process.awaitLine("SIGINT again");
            assertThat(process.isAlive()).isTrue();

            process.signal("TERM");

            assertThat(process.exitCode()).isEqualTo(1);
        }
    }

    /** Whoever copies a new version over it leaves the old one without the classes that it has not needed yet. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProcessWhoseJarIsOverwrittenStillEnds(boolean hasServed) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("lib"));
        Path jar = Files.copy(SallyportProcess.jar(), folder.resolve("copy.jar"));
        try (SallyportProcess process = SallyportProcess.startFrom(jar, directory, "run", "-c", configuration(""))) {
            int port = port(process);
            if (hasServed) {
                // What a signal and a connection need is loaded then, and what the end of an event loop needs is not.
                process.signal("HUP");
                process.awaitLine("SIGHUP");
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            }
            Files.write(jar, new byte[(int) Files.size(jar)]);
            process.signal("TERM");

            assertThat(process.exitCode()).isBetween(0, 1);
        }
    }

    /** The loops of the connections, of the checks of servers, and of the admin listener. */
    @ParameterizedTest
    @ValueSource(strings = {"sallyport-loop", "sallyport-backends", "sallyport-admin"})
    void aProcessThatLosesAnEventLoopEnds(String thread) throws Exception {
        try (SallyportProcess process = debugged("backends.app.health-check { type = tcp, interval = 100ms }")) {
            int admin = Integer.parseInt(process.awaitLine("\"message\":\"admin\".*127\\.0\\.0\\.1:(\\d+)"));
            Debugger.attach(process).fail(thread);
            // The admin listener's is the one that nothing but a client wakes.
            new Socket(InetAddress.getLoopbackAddress(), admin).close();

            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.out()).anyMatch(line -> line.contains("an event loop ended by an error"));
        }
    }

    @Test
    void reloadSignalsDoNotEndIt() throws Exception {
        try (SallyportProcess process = run("")) {
            int port = port(process);
            for (String signal : List.of("HUP", "USR1")) {
                process.signal(signal);
                process.awaitLine("SIG" + signal);
            }
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            process.signal("TERM");

            assertThat(process.exitCode()).isZero();
        }
    }

    @Test
    void theVariableNamesTheConfiguration() throws Exception {
        Path file = configuration("");
        try (SallyportProcess process =
                SallyportProcess.start(directory, Map.of("SALLYPORT_CONFIG", file.toString()), "run")) {
            port(process);
        }
        try (SallyportProcess process =
                SallyportProcess.start(directory, Map.of("SALLYPORT_CONFIG", "none.conf"), "check")) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.err()).containsExactly("none.conf: no such file (expected: a HOCON file)");
        }
    }

    @Test
    void withoutAWordTheConfigurationIsInConf() throws Exception {
        Path conf = Files.createDirectory(directory.resolve("conf"));
        String absolute = Files.readString(configuration("")).replace("tls.", directory + "/tls.");
        Files.writeString(
                conf.resolve("sallyport.conf"), absolute.replace(directory + "/tls.certificates", "tls.certificates"));
        try (SallyportProcess process = SallyportProcess.start(directory, Map.of(), "run")) {
            port(process);
        }
    }

    @Test
    void usageAndBadConfigurationHaveTheirOwnExitCodes() throws Exception {
        try (SallyportProcess process = SallyportProcess.start(directory, Map.of())) {
            assertThat(process.exitCode()).isEqualTo(2);
            assertThat(process.out()).isEmpty();
        }
        Path bad = Files.writeString(directory.resolve("bad.conf"), "sallyport { listener {} }");
        try (SallyportProcess process = SallyportProcess.start(directory, Map.of(), "run", "-c", bad)) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.out()).isEmpty();
            assertThat(process.err())
                    .contains("bad.conf:1: listener: unknown key (did you mean \"listeners\"?)")
                    .noneMatch(line -> line.startsWith("\tat "));
        }
    }

    /** Root reads whatever the permissions say, but for a root without the capabilities to. */
    @Test
    void aFileWithoutPermissionIsNamed() throws Exception {
        Path file = configuration("");
        Path key = directory.resolve("tls.key");
        Files.setPosixFilePermissions(key, Set.of());
        String plain = Files.isReadable(key)
                ? "exec setpriv --inh-caps=-dac_override,-dac_read_search"
                        + " --bounding-set=-dac_override,-dac_read_search"
                : "exec";
        for (String command : List.of("run", "check")) {
            try (SallyportProcess process = SallyportProcess.startThrough(plain, directory, command, "-c", file)) {
                assertThat(process.exitCode()).isEqualTo(1);
                assertThat(process.err())
                        .singleElement()
                        .asString()
                        .endsWith("tls.key: not readable (expected: a PEM file with the private key)");
            }
        }
    }

    @Test
    void aKeyLogThatCannotBeWrittenIsAFailure() throws Exception {
        Path file = configuration("");
        try (SallyportProcess process = SallyportProcess.start(
                directory,
                Map.of("SSLKEYLOGFILE", directory.resolve("none/keys").toString()),
                "run",
                "-c",
                file)) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.err())
                    .singleElement()
                    .asString()
                    .startsWith("SSLKEYLOGFILE: \"" + directory + "/none/keys\" cannot be written: ");
        }
    }

    @Test
    void theVersionIsThatOfTheJar() throws Exception {
        try (SallyportProcess process = SallyportProcess.start(directory, Map.of(), "version")) {
            assertThat(process.exitCode()).isZero();
            assertThat(process.out().get(0)).matches("Sallyport  \\d+\\.\\d+\\.\\d+.*");
            assertThat(process.out().get(2)).matches("transport  epoll, nio; Netty 4\\..*");
            assertThat(process.out().get(3)).matches("TLS        BoringSSL.*, netty-tcnative 2\\..*");
            assertThat(process.err()).isEmpty();
        }
    }

    @Test
    void aReaderThatStandsStillDelaysNeitherClientsNorTheEnd() throws Exception {
        Path file = configuration("log.level = debug");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                SallyportProcess.jar().toString(),
                "run",
                "-c",
                file.toString());
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            int port = portOf(process.getInputStream());
            // Nobody reads from here on: the pipe takes 64 KiB, and a line for each connection is more than that.
            for (int i = 0; i < 600; i++) {
                try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    client.getOutputStream().write("nonsense".repeat(4).getBytes(StandardCharsets.US_ASCII));
                    assertThat(client.getInputStream().readAllBytes()).isNotNull();
                }
            }
            process.destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private SallyportProcess run(String more) throws IOException {
        return SallyportProcess.start(directory, Map.of(), "run", "-c", configuration(more));
    }

    private SallyportProcess debugged(String more) throws IOException {
        return SallyportProcess.start(directory, Debugger.ENVIRONMENT, "run", "-c", configuration(more));
    }

    private Path configuration(String more) throws IOException {
        CertificateAuthority.selfSigned("localhost")
                .server()
                .dns("localhost")
                .issue()
                .writePem(directory, "tls");
        return Files.writeString(directory.resolve("sallyport.conf"), """
            sallyport {
              listeners.https {
                bind = "127.0.0.1:0"
                backend = app
                tls.certificates = [{ chain = "tls.crt", key = "tls.key" }]
              }
              backends.app.servers = ["127.0.0.1:%d"]
              admin.bind = "127.0.0.1:0"
              %s
            }
            """.formatted(backend.getLocalPort(), more));
    }

    private static int port(SallyportProcess process) {
        return Integer.parseInt(process.awaitLine("\"message\":\"listening\".*127\\.0\\.0\\.1:(\\d+)"));
    }

    private static int portOf(InputStream out) throws IOException {
        StringBuilder line = new StringBuilder();
        while (!line.toString().contains("\"message\":\"listening\"")) {
            line.setLength(0);
            for (int c = out.read(); c != '\n'; c = out.read()) {
                assertThat(c).as("the process ended early").isNotNegative();
                line.append((char) c);
            }
        }
        String address = line.substring(line.indexOf("127.0.0.1:") + "127.0.0.1:".length());
        return Integer.parseInt(address.substring(0, address.indexOf('"')));
    }
}
