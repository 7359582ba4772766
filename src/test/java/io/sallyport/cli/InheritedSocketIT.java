package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.TlsClient;
import io.sallyport.testing.UnixSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A socket that somebody else holds: a restart refuses nobody. */
class InheritedSocketIT {

    /** Holds a listening socket; each line on its standard input stops the process it started and starts the next. */
    private static final String HOLDER = """
            import os, signal, socket, subprocess, sys
            if sys.argv[1] == 'tcp':
                held = socket.create_server(('127.0.0.1', 0), backlog=1024)
                print(held.getsockname()[1], flush=True)
            else:
                held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                held.bind(sys.argv[1].replace('@', chr(0)))
                held.listen(1024)
                print(held.getsockname(), flush=True)
            run = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=' + sys.argv[2] + ' exec "$@" 3<&' + str(held.fileno())
            process = None
            for line in sys.stdin:
                if process is not None:
                    process.send_signal(signal.SIGTERM)
                    print('ended', process.wait(), flush=True)
                if line.strip() == 'end':
                    break
                process = subprocess.Popen(['sh', '-c', run, 'sh'] + sys.argv[3:], pass_fds=[held.fileno()])
            """;

    private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");

    @TempDir
    Path directory;

    @Test
    void aRestartRefusesNobody() throws Exception {
        try (FakeBackend backend = FakeBackend.echo()) {
            Process holder = hold("tcp", "https", configuration(backend));
            try (BufferedReader out = holder.inputReader()) {
                InetSocketAddress address = new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(Objects.requireNonNull(out.readLine())));
                tell(holder, "start");
                AtomicInteger served = new AtomicInteger();
                AtomicInteger restarts = new AtomicInteger();
                CompletableFuture<Void> clients = CompletableFuture.runAsync(() -> {
                    while (restarts.get() < 2) {
                        converse(address);
                        served.incrementAndGet();
                    }
                });
                for (int i = 0; i < 2; i++) {
                    int before = served.get();
                    await().atMost(60, TimeUnit.SECONDS)
                            .until(() -> served.get() >= before + 20 || clients.isCompletedExceptionally());
                    tell(holder, "start");
                    String line = out.readLine();
                    while (line != null && !line.startsWith("ended")) {
                        line = out.readLine();
                    }
                    assertThat(line).isEqualTo("ended 0");
                    restarts.incrementAndGet();
                }
                clients.orTimeout(60, TimeUnit.SECONDS).join();
                tell(holder, "end");
                assertThat(out.lines()).contains("ended 0");
                assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
            } finally {
                holder.destroy();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.sock", "@sallyport-test-"})
    void aUnixSocketIsServedAndItsFileStaysWhereItIs(String name) throws Exception {
        boolean named = name.startsWith("x");
        String path = named ? directory.resolve(name).toString() : "@" + name.substring(1) + directory.getFileName();
        try (FakeBackend backend = FakeBackend.echo()) {
            // A plain listener: what comes from the client is what goes to the server.
            Path configuration = Files.writeString(directory.resolve("plain.conf"), """
                    sallyport {
                      listeners.local { bind = "systemd:local", backend = app }
                      backends.app.servers = ["127.0.0.1:%d"]
                      admin.bind = ""
                    }
                    """.formatted(
                            backend.address().getPort()));
            Process holder = hold(path, "local", configuration);
            try (BufferedReader out = holder.inputReader()) {
                out.readLine();
                tell(holder, "start");
                if (named) {
                    await().atMost(60, TimeUnit.SECONDS)
                            .until(() -> UnixSocket.exchange(Path.of(path), "hi there")
                                    .equals("hi there"));
                }
                String line = out.readLine();
                while (line != null && !line.contains("listening")) {
                    line = out.readLine();
                }
                assertThat(line).contains("unix:" + path);
                tell(holder, "end");
                assertThat(out.lines()).contains("ended 0");
            } finally {
                holder.destroy();
            }
            assertThat(Files.exists(Path.of(path))).isEqualTo(named);
        }
    }

    @Test
    void aNameThatWasNotHandedOverIsTold() throws Exception {
        try (FakeBackend backend = FakeBackend.echo();
                SallyportProcess process =
                        SallyportProcess.start(directory, Map.of(), "run", "-c", configuration(backend))) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(String.join("\n", process.err()))
                    .contains("systemd:https", "the service manager has handed over no socket of this name");
        }
    }

    private static void converse(InetSocketAddress address) {
        try (TlsClient client = TlsClient.open(address, ROOT, TlsClient.TLS_1_3)) {
            client.handshake();
            client.send("ping");
            assertThat(client.readText(4)).isEqualTo("ping");
        }
    }

    private Process hold(String socket, String name, Path configuration) throws IOException {
        return new ProcessBuilder(List.of(
                        "python3",
                        "-c",
                        HOLDER,
                        socket,
                        name,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        SallyportProcess.jar().toString(),
                        "run",
                        "-c",
                        configuration.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void tell(Process holder, String word) throws IOException {
        OutputStream in = holder.getOutputStream();
        in.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
        in.flush();
    }

    private Path configuration(FakeBackend backend) throws IOException {
        ROOT.server("localhost").issue().writePem(directory, "server");
        return Files.writeString(directory.resolve("sallyport.conf"), """
                sallyport {
                  listeners.https {
                    bind = "systemd:https", backend = app
                    tls.certificates = [{ chain = "server.crt", key = "server.key" }]
                  }
                  backends.app.servers = ["127.0.0.1:%d"]
                  admin.bind = ""
                  access-log.target = none
                }
                """.formatted(
                        backend.address().getPort()));
    }
}
