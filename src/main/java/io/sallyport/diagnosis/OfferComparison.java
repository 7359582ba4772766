package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.KeyExchange;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.ClientHello;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a client's offer lacks of what a route takes, by the rules of the version that both would agree on: RFC 8446 section
 * 4.1.1 for TLS 1.3; RFC 5246 section 7.4.1.4.1 and RFC 8422 section 5.1 before.
 *
 * <p>Only what the lists prove. Reading them once is cheap: nothing is put into words.
 */
final class OfferComparison {
    /** What two sides must have in common. */
    enum Lack {
        SUITE,
        GROUP,
        /** The client cannot verify any of the certificates. */
        CERTIFICATE
    }

    /** Why a client cannot verify a certificate. */
    enum KeyLack {
        /** No suite on offer goes with such a key; before TLS 1.3. */
        SUITE,
        /** The client does not name the key's curve among its groups; before TLS 1.3. */
        CURVE,
        SCHEME
    }

    private final ClientHello hello;
    private final Allowed allowed;
    private final int version;
    private final List<String> suites;

    private OfferComparison(ClientHello hello, Allowed allowed) {
        this.hello = hello;
        this.allowed = allowed;
        this.version = version(hello, allowed);
        this.suites = allowed.suites().stream()
                .filter(suite -> isOfTls13(suite) == isTls13())
                .filter(suite -> hello.cipherSuites().contains(CipherSuites.code(suite)))
                .toList();
    }

    static OfferComparison of(ClientHello hello, Allowed allowed) {
        return new OfferComparison(hello, allowed);
    }

    boolean isTls13() {
        return version == TlsVersions.TLS_1_3;
    }

    /** What is lacking, the first that the client must mend first. Empty where nothing is, or no version in common. */
    List<Lack> lacks() {
        if (version < 0) {
            return List.of();
        }
        List<Lack> lacks = new ArrayList<>();
        if (suites.isEmpty()) {
            lacks.add(Lack.SUITE);
        }
        if (needsGroup() && !hasGroup()) {
            lacks.add(Lack.GROUP);
        }
        // Without a suite in common nothing can be said of the key before TLS 1.3, where the suite names its kind.
        if ((isTls13() || !suites.isEmpty()) && keys().stream().noneMatch(this::canVerify)) {
            lacks.add(Lack.CERTIFICATE);
        }
        return lacks;
    }

    /** Why the client cannot verify a certificate with this key; empty where it can. */
    List<KeyLack> lacksOf(ShownKey key) {
        List<KeyLack> lacks = new ArrayList<>();
        if (!isTls13() && suites.stream().noneMatch(key::fits)) {
            lacks.add(KeyLack.SUITE);
        }
        if (!isTls13() && !key.curve().isEmpty() && !hello.groups().contains(key.curveCode())) {
            lacks.add(KeyLack.CURVE);
        }
        if (!hasScheme(key)) {
            lacks.add(KeyLack.SCHEME);
        }
        return lacks;
    }

    /** The keys of the certificates of the route, each once. */
    List<ShownKey> keys() {
        return allowed.certificates().stream()
                .map(ShownCertificate::key)
                .distinct()
                .toList();
    }

    /** The keys that a certificate could have so that this client verifies it. */
    List<ShownKey> verifiableKeys() {
        return Arrays.stream(ShownKey.values()).filter(this::couldVerify).toList();
    }

    /** The route's suites of the version that both would agree on. */
    List<String> allowedSuites() {
        return allowed.suites().stream()
                .filter(suite -> isOfTls13(suite) == isTls13())
                .toList();
    }

    /** The route's groups; the hybrid ones are for TLS 1.3 alone (draft-ietf-tls-ecdhe-mlkem). */
    List<String> groups() {
        return allowed.groups().stream()
                .filter(group -> isTls13() || !group.contains("MLKEM"))
                .toList();
    }

    /** By which these keys can sign in the version that both would agree on. */
    List<String> schemes(List<ShownKey> keys) {
        return keys.stream()
                .flatMap(key ->
                        key.schemes().stream().filter(scheme -> key.signs(SignatureSchemes.code(scheme), version)))
                .distinct()
                .toList();
    }

    /** Of the client's suites those that BoringSSL has, that go with a certificate, and that the route does not take. */
    List<String> suitesToAllow() {
        return Allowed.POSSIBLE_SUITES.stream()
                .filter(suite -> !isTls13() && !allowed.suites().contains(suite))
                .filter(suite -> hello.cipherSuites().contains(CipherSuites.code(suite)))
                .filter(suite -> keys().stream().anyMatch(key -> key.fits(suite)))
                .toList();
    }

    /** Of the client's groups those that BoringSSL has and the route does not take. */
    List<String> groupsToAllow() {
        return Allowed.POSSIBLE_GROUPS.stream()
                .filter(group -> hello.groups().contains(NamedGroups.code(group)))
                .filter(group -> !allowed.groups().contains(group))
                .toList();
    }

    /** Whether no suite of the client has forward secrecy by elliptic curves; before TLS 1.3. */
    boolean hasNoEcdhe() {
        return !isTls13()
                && hello.cipherSuites().stream().noneMatch(suite -> KeyExchange.ofSuite(suite) == KeyExchange.ECDHE);
    }

    private boolean canVerify(ShownKey key) {
        return lacksOf(key).isEmpty();
    }

    /** With a suite of the client's that BoringSSL has, allowed here or not. */
    private boolean couldVerify(ShownKey key) {
        List<KeyLack> lacks = lacksOf(key);
        lacks.remove(KeyLack.SUITE);
        return lacks.isEmpty() && (isTls13() || allowed.suites().stream().anyMatch(suite -> isOffered(suite, key)));
    }

    private boolean isOffered(String suite, ShownKey key) {
        return key.fits(suite) && hello.cipherSuites().contains(CipherSuites.code(suite));
    }

    private boolean hasScheme(ShownKey key) {
        if (version < TlsVersions.TLS_1_2 || !hello.hasExtension(ExtensionTypes.SIGNATURE_ALGORITHMS)) {
            // RFC 5246 section 7.4.1.4.1: SHA-1 is understood. TLS 1.3 has no default.
            return !isTls13() && key != ShownKey.ED25519;
        }
        return hello.signatureSchemes().stream().anyMatch(scheme -> key.signs(scheme, version));
    }

    private boolean needsGroup() {
        return isTls13()
                || (!suites.isEmpty()
                        && suites.stream().mapToInt(CipherSuites::code).allMatch(OfferComparison::isEcdhe));
    }

    private boolean hasGroup() {
        return groups().stream().mapToInt(NamedGroups::code).anyMatch(hello.groups()::contains);
    }

    private static boolean isEcdhe(int suite) {
        return KeyExchange.ofSuite(suite) == KeyExchange.ECDHE;
    }

    private static boolean isOfTls13(String suite) {
        return !suite.contains("_WITH_");
    }

    /** The newest that the route takes and the client offers; -1 for none. */
    private static int version(ClientHello hello, Allowed allowed) {
        CodeList offered = hello.supportedVersions();
        boolean listed = hello.hasExtension(ExtensionTypes.SUPPORTED_VERSIONS);
        return allowed.versions().stream()
                .mapToInt(TlsVersions::code)
                // RFC 8446 section 4.2.1: without the list, a client takes every version up to the one that it names.
                .filter(version -> listed ? offered.contains(version) : version <= hello.highestVersion())
                .max()
                .orElse(-1);
    }
}
