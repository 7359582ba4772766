package io.sallyport.config.tls;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.StartTls;
import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * TLS to the servers of a backend.
 *
 * @param enabled without it the connections are plain TCP
 * @param serverName what is asked for and what the certificate must be for; null: the host of the server's address
 * @param verify what a server's certificate must be
 * @param trustAnchors what a server's chain must end in
 * @param certificates what servers are shown that ask for one; the first that they can take
 * @param allow of the verified servers these are spoken to; empty: all of them
 * @param startTls what is said to servers in plain text before TLS
 * @param place this block
 */
public record BackendTlsConfig(
        boolean enabled,
        @Nullable String serverName,
        Verify verify,
        List<TrustAnchorConfig> trustAnchors,
        List<CertificateConfig> certificates,
        List<AccessRuleConfig> allow,
        StartTls startTls,
        Place place) {

    /** What a server's certificate must be. */
    public enum Verify {
        /** Its chain ends in a trust anchor, it is for the server's name, and an allow rule speaks of it. */
        FULL,
        /** Its key is one that an allow rule pins; it needs no chain and no name. */
        PINNED,
        /** Anything: whoever sits between reads along. */
        INSECURE_NONE
    }

    private static final Pattern NAME = Pattern.compile("[a-z0-9_.:-]{1,253}");

    public BackendTlsConfig {
        trustAnchors = List.copyOf(trustAnchors);
        certificates = List.copyOf(certificates);
        allow = List.copyOf(allow);
    }

    /** {@code file:line}, for messages. */
    public String where() {
        return place.text();
    }

    /** Reads it; {@code checks}: health checks need it, whether connections do or not. */
    public static BackendTlsConfig read(Section section, boolean checks) {
        BackendTlsConfig config = new BackendTlsConfig(
                section.live().bool("enabled"),
                section.live().optionalParsed("server-name", "a host name or an address", BackendTlsConfig::name),
                section.live().choice("verify", Verify.class),
                section.live()
                        .parsedList(
                                "trust-anchors",
                                TrustAnchorConfig.RULE,
                                text -> TrustAnchorConfig.parsePeer(text, section.directory())),
                section.sections("certificates", CertificateConfig::read),
                section.sections("allow", AccessRuleConfig::read),
                section.live().choice("starttls", StartTls.class),
                section.place());
        if (config.enabled || checks) {
            config.check(section);
        }
        if (!config.enabled && config.startTls != StartTls.OFF) {
            section.problem("starttls", config.startTls.tag() + " without TLS (expected: enabled = on, or off)");
        }
        return config;
    }

    /** Whether servers may be known by their SPIFFE IDs. */
    public boolean trustsDomains() {
        return trustAnchors.contains(new TrustAnchorConfig.Spiffe());
    }

    private void check(Section section) {
        if (verify == Verify.FULL && trustAnchors.isEmpty()) {
            section.problem("trust-anchors", "[] (expected: at least one file, or system, when verify is full)");
        }
        if (verify == Verify.PINNED && (allow.isEmpty() || !allow.stream().allMatch(AccessRuleConfig::isPinned))) {
            section.problem(
                    "allow", allow + " (expected: at least one rule, each with spki-sha256, when verify is pinned)");
        }
        if (verify == Verify.FULL && trustsDomains() && allow.isEmpty()) {
            section.problem(
                    "allow",
                    "[] (expected: at least one rule, as { uri = \"spiffe://example.org/db\" }, when trust-anchors has"
                            + " spiffe: no server name is compared with an SVID)");
        }
        if (verify == Verify.INSECURE_NONE && !allow.isEmpty()) {
            section.problem("allow", allow + " (expected: [] when verify is insecure-none, which looks at nothing)");
        }
    }

    private static String name(String text) {
        String ascii = IDN.toASCII(text).toLowerCase(Locale.ROOT);
        String name = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(text);
        }
        return name;
    }
}
