package io.sallyport.tls.context;

import io.netty.handler.ssl.OpenSsl;
import io.sallyport.config.tls.TlsPolicyConfig;
import io.sallyport.config.value.TlsProfile;
import io.sallyport.diagnosis.Allowed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a profile means: Mozilla's Server Side TLS guideline.
 *
 * @param guideline the version of the guideline that the lists are from
 * @param protocols versions, oldest first, as {@code TLSv1.3}
 * @param suites IANA names. The TLS 1.3 ones are always all there: BoringSSL does not let one choose among them
 * @param groups key exchange groups in our order of preference
 * @param serverOrder whether our order of the TLS 1.2 suites wins; the guideline lets modern clients choose
 */
public record TlsPolicy(
        String guideline, List<String> protocols, List<String> suites, List<String> groups, boolean serverOrder) {

    /** In the order that every profile prefers: post-quantum hybrid first, P-256 also for ECDSA certificates in 1.2. */
    public static final List<String> DEFAULT_GROUPS = List.of("X25519MLKEM768", "X25519", "P-256", "P-384");

    /** RFC 8446 section B.4. */
    private static final List<String> TLS13_SUITES =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private static final List<String> MODERN_PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");

    private static final List<String> INTERMEDIATE_SUITES = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /**
     * Version 5.8 is the last that defines old. BoringSSL lacks its DHE suites and all but one with CBC and SHA-2; that
     * one and 3DES it has, but not among those that Netty lets through.
     */
    private static final List<String> OLD_SUITES = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
            "TLS_RSA_WITH_AES_256_CBC_SHA");

    public TlsPolicy {
        protocols = List.copyOf(protocols);
        suites = List.copyOf(suites);
        groups = List.copyOf(groups);
    }

    /**
     * What the configuration asks for, less what BoringSSL does not have of a profile.
     *
     * @throws IllegalArgumentException with the key and the rule, where a list cannot be had
     */
    public static TlsPolicy of(TlsPolicyConfig config) {
        TlsPolicy profile = of(config.profile());
        return new TlsPolicy(
                profile.guideline(),
                narrowed(profile.protocols(), config.protocols()),
                config.ciphers().isEmpty() ? profile.suites() : custom(config.ciphers()),
                config.groups().isEmpty() ? profile.groups() : known(config.groups()),
                profile.serverOrder() || !config.ciphers().isEmpty());
    }

    /** Whether an RSA key has only to sign, by SHA-1 or SHA-2: neither TLS 1.0 and 1.1 nor static RSA. */
    boolean isModernRsa() {
        return protocols.stream().allMatch(MODERN_PROTOCOLS::contains)
                && suites.stream().noneMatch(suite -> suite.startsWith("TLS_RSA_"));
    }

    /** What new sessions will most likely agree on: every pair in TLS 1.3, and the first classical group before. */
    public List<Agreement> likely() {
        List<Agreement> all = new ArrayList<>();
        for (String suite : suites) {
            if (!TLS13_SUITES.contains(suite)) {
                groups.stream()
                        .filter(group -> !group.contains("MLKEM"))
                        .findFirst()
                        .ifPresent(group -> all.add(new Agreement("TLSv1.2", suite, group)));
            } else if (protocols.contains("TLSv1.3")) {
                groups.forEach(group -> all.add(new Agreement("TLSv1.3", suite, group)));
            }
        }
        return all;
    }

    /** A version, a suite and a group that may be agreed on. */
    public record Agreement(String version, String suite, String group) {}

    /** One line for a person: the profile with the version of its guideline, versions, suites and groups. */
    public String describe(TlsProfile profile) {
        return "profile " + profile.name().toLowerCase(Locale.ROOT) + " (Mozilla Server Side TLS " + guideline + "), "
                + String.join(" ", protocols) + ", " + suites.size() + " suites, groups " + String.join(" ", groups);
    }

    /** The guideline's lists for {@code profile}, less what BoringSSL does not have. */
    static TlsPolicy of(TlsProfile profile) {
        return switch (profile) {
            case MODERN -> new TlsPolicy("6.0", List.of("TLSv1.3"), TLS13_SUITES, DEFAULT_GROUPS, false);
            case INTERMEDIATE, CUSTOM ->
                new TlsPolicy(
                        "6.0", List.of("TLSv1.2", "TLSv1.3"), withTls13(INTERMEDIATE_SUITES), DEFAULT_GROUPS, false);
            case OLD ->
                new TlsPolicy(
                        "5.8",
                        List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
                        withTls13(Stream.concat(INTERMEDIATE_SUITES.stream(), OLD_SUITES.stream())
                                .toList()),
                        DEFAULT_GROUPS,
                        true);
        };
    }

    /** BoringSSL takes a range: a version left out between two others would be spoken all the same. */
    private static List<String> narrowed(List<String> all, List<String> wanted) {
        if (wanted.isEmpty()) {
            return all;
        }
        List<String> kept = all.stream().filter(wanted::contains).toList();
        if (kept.size() != wanted.stream().distinct().count()) {
            throw new IllegalArgumentException(
                    "protocols: " + wanted + " (expected: some of the profile's " + all + ")");
        }
        if (all.indexOf(kept.get(kept.size() - 1)) - all.indexOf(kept.get(0)) != kept.size() - 1) {
            throw new IllegalArgumentException("protocols: " + wanted + " (expected: no version left out in between)");
        }
        return kept;
    }

    private static List<String> known(List<String> groups) {
        for (String group : groups) {
            if (!Allowed.POSSIBLE_GROUPS.contains(group)) {
                throw new IllegalArgumentException("groups: \"" + group + "\" (expected: some of "
                        + String.join(", ", Allowed.POSSIBLE_GROUPS) + ")");
            }
        }
        return groups;
    }

    private static List<String> custom(List<String> suites) {
        for (String suite : suites) {
            if (!suite.startsWith("TLS_") || !OpenSsl.isCipherSuiteAvailable(suite)) {
                throw new IllegalArgumentException(
                        "ciphers: \"" + suite + "\" (expected: the IANA name of a suite that BoringSSL has)");
            }
        }
        return Stream.concat(TLS13_SUITES.stream(), suites.stream()).distinct().toList();
    }

    private static List<String> withTls13(List<String> tls12Suites) {
        return Stream.concat(TLS13_SUITES.stream(), tls12Suites.stream()).toList();
    }
}
