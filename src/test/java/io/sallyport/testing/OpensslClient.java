package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code openssl s_client}, which makes one HTTP request and tells of every message of the handshake.
 *
 * <p>It trusts the proxy's authority and fails where it cannot verify the proxy's certificate.
 */
public final class OpensslClient {
    private static final long TIMEOUT_SECONDS = 60;

    private final Path directory;
    private final InetSocketAddress address;
    private final Path trusted;
    private final List<String> options = new ArrayList<>();

    /**
     * A client of {@code proxy}.
     *
     * @param directory where it runs, and where its session files are
     */
    public OpensslClient(Path directory, RunningProxy proxy) {
        this(directory, proxy, proxy.address());
    }

    /** A client that reaches the proxy through {@code address}. */
    public OpensslClient(Path directory, RunningProxy proxy, InetSocketAddress address) {
        this.directory = directory;
        this.address = address;
        this.trusted = proxy.authority().writePem(directory, "root");
    }

    /** Further options of s_client. */
    public OpensslClient with(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Connects, makes the request, and waits for the end. */
    public Conversation request() {
        try {
            Path request = Files.writeString(directory.resolve("request"), Http.REQUEST);
            Path messages = Files.createTempFile(directory, "messages", "");
            Path output = Files.createTempFile(directory, "output", "");
            Process process = new ProcessBuilder(command(messages))
                    .directory(directory.toFile())
                    .redirectInput(request.toFile())
                    .redirectOutput(output.toFile())
                    .redirectErrorStream(true)
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("openssl s_client does not end:\n" + Files.readString(output));
            }
            return Conversation.parse(
                    process.exitValue(),
                    Files.readString(output, StandardCharsets.ISO_8859_1),
                    Files.readString(messages, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private List<String> command(Path messages) {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-ign_eof", "-nocommands", "-msg"));
        command.addAll(List.of("-msgfile", messages.toString()));
        command.addAll(List.of("-connect", address.getAddress().getHostAddress() + ":" + address.getPort()));
        command.addAll(List.of("-servername", "localhost", "-CAfile", trusted.toString(), "-verify_return_error"));
        command.addAll(options);
        return command;
    }
}
