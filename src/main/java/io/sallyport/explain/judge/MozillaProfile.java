package io.sallyport.explain.judge;

import io.sallyport.config.tls.TlsPolicyConfig;
import io.sallyport.config.value.TlsProfile;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.tls.context.TlsPolicy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A profile of Mozilla's Server Side TLS guideline as it is, for servers on any library.
 *
 * @param name {@code modern}, {@code intermediate} or {@code old}
 * @param guideline its version
 * @param versions codes
 * @param suites codes
 * @param groups codes
 */
record MozillaProfile(String name, String guideline, Set<Integer> versions, Set<Integer> suites, Set<Integer> groups) {

    /** What guideline 5.8 has in old beyond {@link TlsPolicy}, which holds what BoringSSL and Netty let through. */
    private static final List<String> OLD_BEYOND_BORINGSSL = List.of(
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
            "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA256",
            "TLS_RSA_WITH_AES_256_CBC_SHA256",
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA");

    /** Strictest first. */
    static List<MozillaProfile> all() {
        return List.of(
                of(TlsProfile.MODERN, List.of()),
                of(TlsProfile.INTERMEDIATE, List.of()),
                of(TlsProfile.OLD, OLD_BEYOND_BORINGSSL));
    }

    private static MozillaProfile of(TlsProfile profile, List<String> more) {
        TlsPolicy policy = TlsPolicy.of(new TlsPolicyConfig(profile, List.of(), List.of(), List.of(), ""));
        return new MozillaProfile(
                profile.name().toLowerCase(Locale.ROOT),
                policy.guideline(),
                codes(policy.protocols().stream(), TlsVersions::code),
                codes(Stream.concat(policy.suites().stream(), more.stream()), CipherSuites::code),
                codes(policy.groups().stream(), NamedGroups::code));
    }

    private static Set<Integer> codes(Stream<String> names, ToIntFunction<String> registry) {
        return names.map(registry::applyAsInt).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
