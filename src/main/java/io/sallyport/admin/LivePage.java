package io.sallyport.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page at {@code /}: one document that holds its style and its script.
 *
 * @param html the whole document
 * @param policy the content security policy that lets these very two run, and nothing else (CSP Level 3, section 2.3.1)
 */
record LivePage(String html, String policy) {

    /**
     * Puts the page together.
     *
     * @param links HTML list items, one for each path of the admin listener
     */
    static LivePage with(String links) {
        String style = resource("page.css");
        String script = resource("page.js");
        String html = resource("page.html")
                .replace("/*page.css*/", style)
                .replace("/*page.js*/", script)
                .replace("<!--paths-->", links);
        return new LivePage(
                html,
                "default-src 'none'; connect-src 'self'; style-src " + hash(style) + "; script-src " + hash(script)
                        + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }

    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = LivePage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
