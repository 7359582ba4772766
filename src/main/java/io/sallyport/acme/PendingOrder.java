package io.sallyport.acme;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.tls.source.AcmeStorage;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Optional;

/**
 * An order that the authority has, and the key that its certificate will be for.
 *
 * @param url of the order, by which it is found again
 */
record PendingOrder(URL url, KeyPair key) {

    /** What was written; empty: nothing, or nothing that can be read. */
    static Optional<PendingOrder> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        try {
            String first = text.lines().findFirst().orElse("");
            return Optional.of(new PendingOrder(URI.create(first).toURL(), KeyPairs.read(text)));
        } catch (IllegalArgumentException | IOException e) {
            // Half of one would be none, too: whoever wrote it has not begun yet.
            return Optional.empty();
        }
    }

    void write(AcmeStorage storage, CertificateConfig.Acme certificate) throws IOException {
        String text = url + "\n" + KeyPairs.text(key);
        storage.write(storage.order(certificate), text.getBytes(StandardCharsets.US_ASCII));
    }

    static void delete(AcmeStorage storage, CertificateConfig.Acme certificate) throws IOException {
        Files.deleteIfExists(storage.order(certificate));
    }
}
