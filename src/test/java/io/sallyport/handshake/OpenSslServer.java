package io.sallyport.handshake;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code openssl s_server} on a loopback port of its own choice; answers one HTTP request on each connection. */
public final class OpenSslServer implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final Path request;
    private final int port;

    private OpenSslServer(Process process, Path request) throws IOException {
        this.process = process;
        this.request = request;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        this.port = readPort();
    }

    public static OpenSslServer start(Path folder, String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-www"));
        words.addAll(List.of(options));
        Path request = folder.resolve("request");
        Files.writeString(request, "GET / HTTP/1.0\r\n\r\n");
        return new OpenSslServer(
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start(),
                request);
    }

    private int readPort() throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("ACCEPT ")) {
                return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            }
            seen.append(line).append('\n');
        }
        throw new IOException("openssl s_server did not start: " + seen);
    }

    /** One connection of {@code openssl s_client} with further options. */
    public RecordedHandshake handshake(String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "openssl", "s_client", "-connect", "127.0.0.1:PORT", "-servername", "server.example", "-ign_eof"));
        words.addAll(List.of(options));
        return RecordedHandshake.through(port, words, ProcessBuilder.Redirect.from(request.toFile()));
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
