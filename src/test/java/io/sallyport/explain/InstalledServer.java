package io.sallyport.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** A TLS server that may be installed and must be told its port. */
final class InstalledServer implements AutoCloseable {
    private static final int ATTEMPTS = 3;

    private final Process process;
    private final InetSocketAddress address;

    private InstalledServer(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts it on a free port; the test is skipped when the program is not installed.
     *
     * @param command the whole command line for a port
     */
    static InstalledServer start(Path directory, String program, IntFunction<List<String>> command) {
        assumeTrue(isInstalled(program), program + " is not installed");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            InetSocketAddress address = freePort();
            try {
                Process process = new ProcessBuilder(command.apply(address.getPort()))
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(program + ".log").toFile())
                        .start();
                await(program)
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> !process.isAlive() || isListening(address));
                if (process.isAlive()) {
                    return new InstalledServer(process, address);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        assertThat(directory.resolve(program + ".log"))
                .as(program + " does not start")
                .isEmptyFile();
        throw new AssertionError(program + " does not start");
    }

    /** Somebody else may take it before the program does: then it is tried again. */
    private static InetSocketAddress freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isListening(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)), Stream.of("/usr/sbin", "/sbin"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
