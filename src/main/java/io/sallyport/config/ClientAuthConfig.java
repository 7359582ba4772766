package io.sallyport.config;

import java.util.List;

/**
 * Which client certificates a listener asks for and takes.
 *
 * @param mode whether one is asked for
 * @param trustAnchors what a client's chain must end in
 */
public record ClientAuthConfig(Mode mode, List<TrustAnchorConfig> trustAnchors) {

    /** Whether a client is asked for a certificate. */
    public enum Mode {
        /** No CertificateRequest is sent. */
        NONE,
        /** Asked for; a client without one is let in, one with a bad one is not. */
        REQUEST,
        /** A client without a good one is refused. */
        REQUIRE
    }

    public ClientAuthConfig {
        trustAnchors = List.copyOf(trustAnchors);
    }

    static ClientAuthConfig read(Section section) {
        Mode mode = section.choice("mode", Mode.class);
        List<TrustAnchorConfig> anchors = section.parsedList(
                "trust-anchors",
                "a PEM file or the word system",
                text -> TrustAnchorConfig.parse(text, section.directory()));
        if (mode != Mode.NONE && anchors.isEmpty()) {
            section.problem(
                    "trust-anchors", "[] (expected: at least one file, or system, when client-auth.mode is not none)");
        }
        return new ClientAuthConfig(mode, anchors);
    }
}
