package io.sallyport.config.tls;

import io.sallyport.config.hocon.Section;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority that issues certificates by itself (ACME, RFC 8555), and our account there.
 *
 * @param name the key under {@code acme}
 * @param directory an https URL, or {@code acme://HOST} for one that is known by name
 * @param contact where the authority may write to, as mailto
 * @param storage the folder of account key, certificates and their keys
 * @param key of new certificates
 * @param challenge how the authority sees that a name leads here
 * @param profile the kind of certificate that is asked for; null: the authority's default
 * @param renewBefore when a certificate is renewed of which the authority does not say when
 * @param trustAnchors what the authority's own certificate must end in
 * @param externalAccount null: the authority asks for none
 */
public record AcmeConfig(
        String name,
        URI directory,
        List<String> contact,
        Path storage,
        Key key,
        Challenge challenge,
        @Nullable String profile,
        RenewBefore renewBefore,
        List<TrustAnchorConfig> trustAnchors,
        @Nullable ExternalAccount externalAccount) {

    private static final String DIRECTORY_RULE =
            "an https URL, or acme://HOST as acme://letsencrypt.org or acme://letsencrypt.org/staging";
    private static final Pattern MAIL = Pattern.compile("[^\\s@,?]+@[^\\s@,?]+");
    private static final URI NOWHERE = URI.create("https://invalid/");

    /** The kind of key that new certificates have. */
    public enum Key {
        /** P-256. */
        EC,
        /** 2048 bits. */
        RSA
    }

    /** How an authority sees that a name leads here. */
    public enum Challenge {
        /** By a TLS handshake at port 443 (RFC 8737). */
        TLS_ALPN_01,
        /** By a request in plain HTTP at port 80 (RFC 8555 section 8.3). */
        HTTP_01;

        /** As the configuration writes it. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * What binds our account to one that somebody has with the authority (RFC 8555 section 7.3.4).
     *
     * @param hmacKeyFile the key in Base64url, as the authority shows it
     */
    public record ExternalAccount(String keyId, Path hmacKeyFile) {}

    public AcmeConfig {
        contact = List.copyOf(contact);
        trustAnchors = List.copyOf(trustAnchors);
    }

    /** Reads all of them. */
    public static Map<String, AcmeConfig> readAll(Section section, Section defaults) {
        return section.named("acme", defaults, AcmeConfig::read);
    }

    private static AcmeConfig read(String name, Section section) {
        if (!section.live().bool("agree-terms")) {
            section.problem(
                    "agree-terms",
                    "off (expected: on, once you have read the terms of service of the authority and agree to them)");
        }
        return new AcmeConfig(
                name,
                section.live().parsed("directory", DIRECTORY_RULE, AcmeConfig::directory, NOWHERE),
                section.live().parsedList("contact", "a mail address, as ops@example.com", AcmeConfig::contact),
                section.live().file("storage"),
                section.live().choice("key", Key.class),
                section.live().choice("challenge", Challenge.class),
                section.live().optionalString("profile"),
                section.live().parsed("renew-before", RenewBefore.RULE, RenewBefore::parse, RenewBefore.THIRD),
                section.live()
                        .parsedList(
                                "trust-anchors",
                                "a PEM file, or system",
                                text -> TrustAnchorConfig.parse(text, section.directory())),
                section.child("external-account", AcmeConfig::externalAccount).orElse(null));
    }

    private static Optional<ExternalAccount> externalAccount(Section section) {
        @Nullable String keyId = section.live().optionalString("key-id");
        @Nullable Path key = section.live().optionalFile("hmac-key-file");
        if (keyId == null && key == null) {
            return Optional.empty();
        }
        if (keyId == null || key == null) {
            section.problem(
                    keyId == null ? "key-id" : "hmac-key-file",
                    "missing (expected: key-id and hmac-key-file, or neither)");
            return Optional.empty();
        }
        return Optional.of(new ExternalAccount(keyId, key));
    }

    private static URI directory(String text) {
        try {
            URI uri = new URI(text);
            boolean known = "https".equals(uri.getScheme()) || "acme".equals(uri.getScheme());
            if (!known || uri.getHost() == null || uri.getUserInfo() != null || uri.getFragment() != null) {
                throw new IllegalArgumentException(text);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static String contact(String text) {
        String address = text.startsWith("mailto:") ? text.substring("mailto:".length()) : text;
        if (!MAIL.matcher(address).matches()) {
            throw new IllegalArgumentException(text);
        }
        return "mailto:" + address;
    }
}
