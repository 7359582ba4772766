package io.sallyport.explain;

import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.Pem;
import io.sallyport.testing.PemFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code openssl s_server} on a loopback port of its own choice. */
public final class OpensslServer implements AutoCloseable {
    private final Process process;
    private final int port;

    private OpensslServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Serves {@code certificate} with the rest of its chain in the order that it has. */
    public static OpensslServer start(Path directory, IssuedCertificate certificate, String... options) {
        PemFiles files = certificate.writePem(directory, "server");
        List<String> words = new ArrayList<>(List.of(
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-www",
                "-key",
                files.key().toString()));
        words.addAll(List.of("-cert", files.chain().toString()));
        if (certificate.chain().size() > 1) {
            Path rest = directory.resolve("rest.crt");
            Pem.write(
                    rest,
                    Pem.certificates(
                            certificate.chain().subList(1, certificate.chain().size())));
            words.addAll(List.of("-cert_chain", rest.toString()));
        }
        words.addAll(List.of(options));
        try {
            Process process = new ProcessBuilder(words)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            return new OpensslServer(process, port(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int port(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("ACCEPT ")) {
                return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            }
            seen.append(line).append('\n');
        }
        throw new IllegalStateException("openssl s_server did not start: " + seen);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
