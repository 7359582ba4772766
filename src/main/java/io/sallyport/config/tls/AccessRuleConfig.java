package io.sallyport.config.tls;

import io.sallyport.config.hocon.HoconText;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.SegmentPattern;
import io.sallyport.config.value.VisibleText;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/**
 * One entry of {@code allow} or {@code deny}: it speaks of the clients for which every condition holds.
 *
 * @param conditions at least one
 */
public record AccessRuleConfig(List<Condition> conditions) {

    /** What is said about one attribute of a client certificate. */
    public sealed interface Condition {}

    /** The attributes of a client certificate that are compared as text. */
    public enum Name {
        /** The common name of the subject; of several each, where the rule refuses, and all, where it lets in. */
        CN,
        /** An organizational unit of the subject. */
        OU,
        /** An organization of the subject. */
        O,
        /** An e-mail address among the alternative names; where the rule refuses, in the subject, too. */
        EMAIL
    }

    /** Some value of the attribute is exactly this; the domain of an address is compared without case. */
    public record Exactly(Name name, String value) implements Condition {
        @Override
        public String toString() {
            return name.name().toLowerCase(Locale.ROOT) + " = \"" + value + "\"";
        }
    }

    /** Some DNS name, or some URI, among the alternative names matches. */
    public record Matches(SegmentPattern pattern) implements Condition {
        @Override
        public String toString() {
            return pattern.kind().name().toLowerCase(Locale.ROOT) + " = \"" + pattern + "\"";
        }
    }

    /** Some IP address among the alternative names is in the network. */
    public record Within(Cidr network) implements Condition {
        @Override
        public String toString() {
            return "ip = \"" + network + "\"";
        }
    }

    /** The issuer of the certificate has this name, compared as RFC 5280 section 7.1 does. */
    public record IssuedBy(X500Principal issuer) implements Condition {
        @Override
        public String toString() {
            return "issuer = \"" + issuer.getName(X500Principal.RFC2253) + "\"";
        }
    }

    /** The certificate has this serial number. */
    public record Serial(BigInteger number) implements Condition {
        @Override
        public String toString() {
            return "serial = \"" + number.toString(16) + "\"";
        }
    }

    /** The key of the certificate is this one: Base64 of the SHA-256 of its SubjectPublicKeyInfo (RFC 7469). */
    public record Key(String spkiSha256) implements Condition {
        @Override
        public String toString() {
            return "spki-sha256 = \"" + spkiSha256 + "\"";
        }
    }

    private static final List<String> KEYS =
            List.of("cn", "ou", "o", "email", "dns", "uri", "ip", "issuer", "serial", "spki-sha256");

    private static final int SHA256_BYTES = 32;

    public AccessRuleConfig {
        conditions = List.copyOf(conditions);
    }

    /** Whether a key is pinned, which makes the rule strong enough to stand without a chain. */
    public boolean isPinned() {
        return conditions.stream().anyMatch(Key.class::isInstance);
    }

    /** The rule as a configuration writes it. */
    @Override
    public String toString() {
        return conditions.stream().map(Condition::toString).collect(Collectors.joining(", ", "{ ", " }"));
    }

    static AccessRuleConfig read(Section section) {
        // A rule that says nothing would speak of everyone.
        if (KEYS.stream().noneMatch(section::has)) {
            section.problem(KEYS.get(0), "missing (expected: at least one of " + String.join(", ", KEYS) + ")");
        }
        List<Condition> conditions = new ArrayList<>();
        for (Name name : Name.values()) {
            add(section, HoconText.spelling(name), "a text, compared exactly", conditions, text -> exactly(name, text));
        }
        add(
                section,
                "dns",
                "a DNS name; * is one whole label, ** one or more and only the last",
                conditions,
                text -> new Matches(SegmentPattern.parse(SegmentPattern.Kind.DNS, text)));
        add(
                section,
                "uri",
                "a URI; * is one whole segment, ** one or more and only the last",
                conditions,
                text -> new Matches(SegmentPattern.parse(SegmentPattern.Kind.URI, text)));
        add(section, "ip", Cidr.RULE, conditions, text -> new Within(Cidr.parse(text)));
        add(
                section,
                "issuer",
                "a distinguished name, as CN=Example CA,O=Example",
                conditions,
                text -> new IssuedBy(new X500Principal(text)));
        add(section, "serial", "hexadecimal digits, colons between them allowed", conditions, AccessRuleConfig::serial);
        add(section, "spki-sha256", "the Base64 of a SHA-256, 32 bytes", conditions, AccessRuleConfig::key);
        return new AccessRuleConfig(conditions);
    }

    private static void add(
            Section section, String key, String rule, List<Condition> conditions, Function<String, Condition> parser) {
        if (!section.has(key)) {
            return;
        }
        // As a list, because of a scalar an empty text counts as absent, and a rule without it speaks of everyone.
        List<Condition> parsed = section.live().parsedList(key, rule, parser);
        if (parsed.size() > 1) {
            section.problem(key, parsed.size() + " values (expected: one; several rules are several entries)");
        }
        conditions.addAll(parsed);
    }

    private static Condition exactly(Name name, String text) {
        if (!VisibleText.is(text)) {
            throw new IllegalArgumentException("nothing, or not to be seen");
        }
        return new Exactly(name, text);
    }

    private static Condition serial(String text) {
        // Possessive: any other form calls itself for each part, and a long text would overflow the stack.
        if (!text.matches("[0-9A-Fa-f]++(?::[0-9A-Fa-f]++)*+")) {
            throw new IllegalArgumentException(text);
        }
        return new Serial(new BigInteger(text.replace(":", ""), 16));
    }

    private static Condition key(String text) {
        byte[] hash = Base64.getDecoder().decode(text);
        String whole = Base64.getEncoder().encodeToString(hash);
        // The padding may be missing; but another last character, of which the decoder ignores two bits, is a typing
        // error.
        if (hash.length != SHA256_BYTES || !whole.startsWith(text)) {
            throw new IllegalArgumentException(text);
        }
        return new Key(whole);
    }
}
