package io.sallyport.tls.file;

import java.nio.file.Path;
import java.util.Optional;

/** A file with a secret that is sent as it is, in a header: visible ASCII on one line. */
public final class TokenFile {
    private static final int SHORTEST = 16;
    private static final int LONGEST = 512;
    private static final String EXPECTED =
            "a token of " + SHORTEST + " to " + LONGEST + " visible ASCII characters on one line";

    private TokenFile() {}

    /**
     * The token. Blocks; empty, and a problem in {@code findings} that tells nothing of the content, where it is none.
     *
     * @param where {@code file:line} of the configuration, for messages
     */
    public static Optional<byte[]> read(Path file, String where, Findings findings) {
        Findings.About about = findings.about(where, file);
        SecretFile.warn(file, about);
        try {
            byte[] token = MaterialFile.readLine(file, LONGEST + 2, EXPECTED);
            if (token.length < SHORTEST || token.length > LONGEST) {
                throw new MaterialException(token.length + " characters (expected: " + EXPECTED + ")");
            }
            for (byte each : token) {
                if (each <= ' ' || each > '~') {
                    throw new MaterialException("another character (expected: " + EXPECTED + ")");
                }
            }
            return Optional.of(token);
        } catch (MaterialException e) {
            about.problem(e);
            return Optional.empty();
        }
    }
}
