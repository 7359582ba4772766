package io.sallyport.config;

import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.NetworkEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which clients may connect, by address and by the fingerprint of their TLS.
 *
 * @param allow these; empty: all
 * @param deny never these, whatever {@code allow} says
 * @param denyFile a file with more of them; null: none
 * @param denyJa4 fingerprints of clients that are refused
 * @param place this block
 */
public record SourcesConfig(
        List<NetworkEntry> allow,
        List<NetworkEntry> deny,
        @Nullable Path denyFile,
        List<String> denyJa4,
        Place place) {

    private static final String JA4_RULE = "a JA4 fingerprint of TLS over TCP, as t13d1516h2_8daaf6152771_e5627efa2ab1";

    private static final Pattern JA4 = Pattern.compile("t(\\d\\d|s[23])[di]\\d{4}[0-9A-Za-z]{2}(_[0-9a-f]{12}){2}");

    public SourcesConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        denyJa4 = List.copyOf(denyJa4);
    }

    /** {@code file:line}, for messages. */
    public String where() {
        return place.text();
    }

    static SourcesConfig read(Section section) {
        return new SourcesConfig(
                section.live().parsedList("allow", NetworkEntry.RULE, NetworkEntry::parse),
                section.live().parsedList("deny", NetworkEntry.RULE, NetworkEntry::parse),
                section.live().optionalFile("deny-file"),
                section.live().parsedList("deny-ja4", JA4_RULE, SourcesConfig::ja4),
                section.place());
    }

    private static String ja4(String text) {
        if (!JA4.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    /** Whether it takes every client. */
    public boolean isEmpty() {
        return allow.isEmpty() && deny.isEmpty() && denyFile == null && denyJa4.isEmpty();
    }
}
