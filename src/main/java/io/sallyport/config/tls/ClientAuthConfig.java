package io.sallyport.config.tls;

import io.sallyport.config.hocon.FilePath;
import io.sallyport.config.hocon.HoconText;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which client certificates a listener asks for and takes.
 *
 * @param mode whether one is asked for
 * @param trustAnchors what a client's chain must end in
 * @param crls files of certificate revocation lists, PEM or DER
 * @param fetchedCrls those that are fetched
 * @param crlPolicy what a missing or expired list means
 * @param maxDepth how many intermediates may stand between a client's certificate and its trust anchor
 * @param sendCaNames whether clients are told the names of the trust anchors
 * @param allow of the verified clients these are let in; empty: all of them
 * @param deny never let in, whatever {@code allow} says
 * @param place this block
 */
public record ClientAuthConfig(
        Mode mode,
        List<TrustAnchorConfig> trustAnchors,
        List<Path> crls,
        CrlFetchConfig fetchedCrls,
        CrlPolicy crlPolicy,
        int maxDepth,
        boolean sendCaNames,
        List<AccessRuleConfig> allow,
        List<AccessRuleConfig> deny,
        Place place) {

    /** The TLS library itself takes a chain of ten certificates and cuts off the rest. */
    private static final int DEEPEST = 8;

    /** Whether a client is asked for a certificate. */
    public enum Mode {
        /** No CertificateRequest is sent. */
        NONE,
        /** Asked for; a client without one is let in, one with a bad one is not. */
        REQUEST,
        /** A client without a good one is refused. */
        REQUIRE,
        /** A client is known by its key alone, which an allow rule pins; it needs no chain. */
        PINNED,
        /** Asked for, and whatever can be read is taken and told to the backend as not verified. */
        UNVERIFIED
    }

    /** What it means when the revocation list of an issuer is missing or past its next update. */
    public enum CrlPolicy {
        /** The client is let in, unless the list that is there names it. */
        SOFT_FAIL,
        /** The client is refused. */
        HARD_FAIL
    }

    public ClientAuthConfig {
        trustAnchors = List.copyOf(trustAnchors);
        crls = List.copyOf(crls);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /** {@code file:line}, for messages. */
    public String where() {
        return place.text();
    }

    /** Whether revocation is looked up at all. */
    public boolean looksUpRevocation() {
        return !crls.isEmpty() || !fetchedCrls.isEmpty();
    }

    static ClientAuthConfig read(Section section) {
        List<Path> files = new ArrayList<>();
        List<URI> urls = new ArrayList<>();
        section.live()
                .parsedList(
                        "crls",
                        CrlFetchConfig.RULE,
                        text -> CrlFetchConfig.isUrl(text)
                                ? CrlFetchConfig.url(text)
                                : FilePath.of(text, section.directory()))
                .forEach(each -> {
                    if (each instanceof URI url) {
                        urls.add(url);
                    } else if (each instanceof Path file) {
                        files.add(file);
                    }
                });
        ClientAuthConfig config = new ClientAuthConfig(
                section.live().choice("mode", Mode.class),
                section.live()
                        .parsedList(
                                "trust-anchors",
                                TrustAnchorConfig.RULE,
                                text -> TrustAnchorConfig.parsePeer(text, section.directory())),
                files,
                CrlFetchConfig.read(section, urls),
                section.live().choice("crl-policy", CrlPolicy.class),
                section.live().integer("max-depth", 0, DEEPEST),
                section.live().bool("send-ca-names"),
                section.sections("allow", AccessRuleConfig::read),
                section.sections("deny", AccessRuleConfig::read),
                section.place());
        config.check(section);
        return config;
    }

    private void check(Section section) {
        if ((mode == Mode.REQUEST || mode == Mode.REQUIRE) && trustAnchors.isEmpty()) {
            section.problem(
                    "trust-anchors",
                    "[] (expected: at least one file, or system, when mode is " + HoconText.spelling(mode) + ")");
        }
        if (mode == Mode.PINNED && (allow.isEmpty() || !allow.stream().allMatch(AccessRuleConfig::isPinned))) {
            section.problem(
                    "allow", allow + " (expected: at least one rule, each with spki-sha256, when mode is pinned)");
        }
        if (mode == Mode.UNVERIFIED) {
            checkUnjudged(section, "allow", allow);
            checkUnjudged(section, "deny", deny);
            checkUnjudged(section, "crls", crls.isEmpty() ? fetchedCrls.urls() : crls);
            if (fetchedCrls.distributionPoints()) {
                section.problem(
                        "crl-distribution-points", "on (expected: off when mode is unverified, which judges nobody)");
            }
        }
        if (mode == Mode.PINNED && !(crls.isEmpty() && fetchedCrls.urls().isEmpty())) {
            section.problem(
                    "crls",
                    (crls.isEmpty() ? fetchedCrls.urls() : crls)
                            + " (expected: [] when mode is pinned; a pinned key has no issuer)");
        }
        if (mode == Mode.PINNED && fetchedCrls.distributionPoints()) {
            section.problem(
                    "crl-distribution-points", "on (expected: off when mode is pinned; a pinned key has no issuer)");
        }
    }

    /** Anybody can write anything into a certificate that nobody vouches for. */
    private static void checkUnjudged(Section section, String key, List<?> judges) {
        if (!judges.isEmpty()) {
            section.problem(key, judges + " (expected: [] when mode is unverified, which judges nobody)");
        }
    }
}
