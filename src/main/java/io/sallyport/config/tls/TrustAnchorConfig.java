package io.sallyport.config.tls;

import io.sallyport.config.hocon.FilePath;
import java.nio.file.Path;

/** One source of trust anchors. */
public sealed interface TrustAnchorConfig {

    /** The certificate authorities that the JVM ships. */
    record SystemStore() implements TrustAnchorConfig {}

    /** A PEM file with one or more certificates. */
    record PemFile(Path file) implements TrustAnchorConfig {}

    /** What the SPIFFE Workload API trusts: each trust domain has its own authorities. */
    record Spiffe() implements TrustAnchorConfig {}

    /** The expected form. */
    String RULE = "a PEM file, the word system or the word spiffe";

    /** Of a server or client. As {@link #parse}, or {@code spiffe}. */
    static TrustAnchorConfig parsePeer(String text, Path directory) {
        return text.equals("spiffe") ? new Spiffe() : parse(text, directory);
    }

    /** {@code system}, or a path that is relative to {@code directory}. */
    static TrustAnchorConfig parse(String text, Path directory) {
        return text.equals("system") ? new SystemStore() : new PemFile(FilePath.of(text, directory));
    }
}
