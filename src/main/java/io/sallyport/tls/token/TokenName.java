package io.sallyport.tls.token;

import java.nio.file.Path;

/**
 * Which token.
 *
 * @param module the PKCS#11 library
 * @param label of the token, which is its name in the metrics
 */
public record TokenName(Path module, String label) {
    /** For messages. */
    @Override
    public String toString() {
        return "token \"" + label + "\"";
    }
}
