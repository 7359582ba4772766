package io.sallyport.handshake;

import io.sallyport.testing.IssuedCertificate;
import io.sallyport.testing.RunningProxy;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs openssl, curl and gnutls-cli in a folder with the certificates that they use. */
final class ClientPrograms {
    private static final long TIMEOUT_SECONDS = 60;

    private final Path folder;

    ClientPrograms(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** What the client shows: {@code client.crt} and {@code client.key}. */
    void show(IssuedCertificate certificate) {
        certificate.writePem(folder, "client");
    }

    /** Runs a program to its end; {@code root.crt} is the proxy's authority. */
    void run(RunningProxy proxy, String words) throws IOException, InterruptedException {
        proxy.authority().writePem(folder, "root");
        String port = Integer.toString(proxy.address().getPort());
        List<String> command = Arrays.stream(words.split(" ", -1))
                .map(word -> word.replace("ADDRESS", "127.0.0.1:" + port).replace("PORT", port))
                .toList();
        File output = folder.resolve("output").toFile();
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(words + " does not end:\n" + Files.readString(output.toPath()));
        }
    }

    /** What the last program said. */
    String output() {
        try {
            return Files.readString(folder.resolve("output"), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
