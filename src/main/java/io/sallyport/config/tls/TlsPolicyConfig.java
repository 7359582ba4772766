package io.sallyport.config.tls;

import io.sallyport.config.hocon.HoconText;
import io.sallyport.config.hocon.Place;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.TlsProfile;
import java.util.List;

/**
 * Versions, suites and groups, as they are asked for.
 *
 * @param profile whose lists hold where the others are empty
 * @param protocols narrow the profile's versions, as {@code TLSv1.3}
 * @param ciphers TLS 1.2 suites by their IANA names; {@code custom} only
 * @param groups key exchange groups in order of preference; {@code custom} only
 * @param place the block
 */
public record TlsPolicyConfig(
        TlsProfile profile, List<String> protocols, List<String> ciphers, List<String> groups, Place place) {

    private static final List<String> PROTOCOLS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    /** The same, of a place that is given as text. */
    public TlsPolicyConfig(
            TlsProfile profile, List<String> protocols, List<String> ciphers, List<String> groups, String where) {
        this(profile, protocols, ciphers, groups, new Place(where));
    }

    public TlsPolicyConfig {
        protocols = List.copyOf(protocols);
        ciphers = List.copyOf(ciphers);
        groups = List.copyOf(groups);
    }

    /** {@code file:line}, for messages. */
    public String where() {
        return place.text();
    }

    static TlsPolicyConfig read(Section section) {
        TlsPolicyConfig config = new TlsPolicyConfig(
                section.live().choice("profile", TlsProfile.class),
                section.live().parsedList("protocols", String.join(" | ", PROTOCOLS), TlsPolicyConfig::protocol),
                section.live().parsedList("ciphers", "the IANA name of a TLS 1.2 suite", text -> text),
                section.live().parsedList("groups", "the name of a group, as X25519", text -> text),
                section.place());
        if (config.profile != TlsProfile.CUSTOM) {
            config.refuse(section, "ciphers", config.ciphers);
            config.refuse(section, "groups", config.groups);
        }
        return config;
    }

    private void refuse(Section section, String key, List<String> values) {
        if (!values.isEmpty()) {
            section.problem(
                    key,
                    "given with profile = " + HoconText.spelling(profile) + " (expected: profile = custom, or no " + key
                            + ")");
        }
    }

    private static String protocol(String text) {
        if (!PROTOCOLS.contains(text)) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }
}
