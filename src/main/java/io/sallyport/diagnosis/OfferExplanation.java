package io.sallyport.diagnosis;

import io.sallyport.diagnosis.OfferComparison.KeyLack;
import io.sallyport.diagnosis.OfferComparison.Lack;
import io.sallyport.handshake.CipherSuites;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.CodeList;
import io.sallyport.handshake.FailureReason;
import io.sallyport.handshake.NamedGroups;
import io.sallyport.handshake.SignatureSchemes;
import io.sallyport.handshake.TlsVersions;
import io.sallyport.handshake.WireText;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a client's offer has nothing that the route takes. */
final class OfferExplanation {
    /** A hostile offer has thousands of entries. */
    private static final int MOST = 6;

    private static final int LONGEST = 64;

    private OfferExplanation() {}

    static Explanation of(Attempt attempt, FailureReason reason) {
        ClientHello hello = attempt.hello();
        Allowed allowed = attempt.allowed();
        if (hello == null || allowed == null) {
            return withoutRoute(attempt, reason);
        }
        return switch (reason) {
            case VERSION_TOO_OLD ->
                new Explanation(
                        either(allowed.versions()),
                        "The client is too old: it offers " + names(hello.supportedVersions(), TlsVersions::name)
                                + ", and this route takes " + either(allowed.versions()) + ".",
                        "Update the client. Where that cannot be, another tls.profile of the listener takes older"
                                + " versions.");
            case VERSION_TOO_NEW ->
                new Explanation(
                        either(allowed.versions()),
                        "The client offers only " + names(hello.supportedVersions(), TlsVersions::name)
                                + ", and this route takes " + either(allowed.versions()) + ".",
                        "Let the listener take the newer version (tls.protocols, tls.profile), or the client an older"
                                + " one.");
            case INAPPROPRIATE_FALLBACK ->
                new Explanation(
                        allowed.versions().get(allowed.versions().size() - 1),
                        "The client says that this is a second try with a lower version (TLS_FALLBACK_SCSV): the first"
                                + " one failed on the way to us.",
                        "Find out why its first try failed: often a device in between that does not know the newer"
                                + " version.");
            case NO_COMMON_SUITE -> lacking(hello, allowed, Lack.SUITE);
            case NO_COMMON_GROUP -> lacking(hello, allowed, Lack.GROUP);
            case NO_COMMON_SIGNATURE_SCHEME -> lacking(hello, allowed, Lack.CERTIFICATE);
            case NO_COMMON_ALPN ->
                new Explanation(
                        either(allowed.alpn()),
                        "No application protocol in common: the client offers " + protocols(hello)
                                + ", and this route takes " + either(allowed.alpn()) + ".",
                        "Turn one of these protocols on in the client, or add the client's to tls.alpn.");
            default -> withoutRoute(attempt, reason);
        };
    }

    private static Explanation withoutRoute(Attempt attempt, FailureReason reason) {
        ClientHello hello = attempt.hello();
        return switch (reason) {
            case UNKNOWN_SERVER_NAME -> unknownName(hello);
            case MISSING_SERVER_NAME ->
                new Explanation(
                        "a server name",
                        "The client asks for no server name: it is very old, or connects to an IP address.",
                        "Let the client connect to a name. tls.missing-server-name = default takes clients without"
                                + " one.");
            case VERSION_TOO_OLD ->
                new Explanation(
                        "a ClientHello in the format of TLS",
                        "The client is too old: its ClientHello has the format of SSL 2.0.",
                        "Update the client.");
            case NO_COMMON_ALPN ->
                new Explanation(
                        "The client offers no application protocol that a route takes.",
                        "Turn one of the route's protocols on in the client, or add the client's to tls.alpn.");
            default ->
                new Explanation(
                        "The client's offer and what the listener takes have nothing in common.",
                        "Compare both, and change one of them.");
        };
    }

    /** What the reason says first, and then what else is lacking: else the advice would help against a half of it. */
    private static Explanation lacking(ClientHello hello, Allowed allowed, Lack first) {
        OfferComparison offer = OfferComparison.of(hello, allowed);
        Explanation words = lack(hello, offer, first);
        for (Lack other : offer.lacks()) {
            if (other != first) {
                Explanation more = lack(hello, offer, other);
                words = new Explanation(
                        words.missing() + "; " + more.missing(),
                        words.cause() + " Besides: " + more.cause(),
                        words.fix() + " Besides: " + more.fix());
            }
        }
        return words;
    }

    private static Explanation lack(ClientHello hello, OfferComparison offer, Lack lack) {
        return switch (lack) {
            case SUITE -> suite(hello, offer);
            case GROUP -> group(hello, offer);
            case CERTIFICATE -> certificate(hello, offer);
        };
    }

    private static Explanation suite(ClientHello hello, OfferComparison offer) {
        String offers =
                "No cipher suite in common: the client offers " + names(hello.cipherSuites(), CipherSuites::name)
                        + (offer.isTls13() ? ", and both sides speak TLS 1.3, which has suites of its own." : ".");
        String client = offer.isTls13() ? "Turn one of these suites on in the client" : "Update the client";
        List<String> toAllow = offer.suitesToAllow();
        return new Explanation(
                either(offer.allowedSuites()),
                offer.hasNoEcdhe()
                        ? offers + " None of them has forward secrecy by elliptic curves, as every suite of today has."
                        : offers,
                toAllow.isEmpty()
                        ? client + "."
                        : client + ", or let the listener take what the client has (tls.profile, tls.ciphers): "
                                + either(toAllow) + ".");
    }

    private static Explanation group(ClientHello hello, OfferComparison offer) {
        String allowed = either(offer.groups());
        if (hello.groups().isEmpty()) {
            return new Explanation(
                    allowed,
                    "The client names no key exchange group (it sends no supported_groups), and every suite in common"
                            + " needs one.",
                    "Let the client send supported_groups with " + allowed + ".");
        }
        List<String> toAllow = offer.groupsToAllow();
        return new Explanation(
                allowed,
                "No key exchange group in common: the client offers " + names(hello.groups(), NamedGroups::name)
                        + ", and this route takes " + allowed + ".",
                toAllow.isEmpty()
                        ? "Turn one of these groups on in the client."
                        : "Turn one of these groups on in the client, or let the listener take one of the client's"
                                + " (tls.groups): " + either(toAllow) + ".");
    }

    private static Explanation certificate(ClientHello hello, OfferComparison offer) {
        List<ShownKey> keys = offer.keys();
        String schemes = either(offer.schemes(keys));
        List<String> curves = keys.stream()
                .filter(key -> offer.lacksOf(key).equals(List.of(KeyLack.CURVE)))
                .map(ShownKey::curve)
                .toList();
        String others = offer.verifiableKeys().stream().map(ShownKey::words).collect(Collectors.joining(" or "));
        String add = others.isEmpty()
                ? ""
                : "Add a certificate with another kind of key for the same name (" + others
                        + "): each client gets the one that it can verify.";
        if (!curves.isEmpty()) {
            String turnOn = "Turn " + either(curves) + " on in the client";
            return new Explanation(
                    either(curves) + " among the client's groups",
                    "The client cannot verify our certificate: its key is on " + either(curves)
                            + ", and the client's groups are " + names(hello.groups(), NamedGroups::name)
                            + ". Before TLS 1.3 they hold for certificates, too.",
                    add.isEmpty() ? turnOn + "." : turnOn + ". Or: " + add);
        }
        boolean suitesDecide = keys.stream().allMatch(key -> offer.lacksOf(key).contains(KeyLack.SUITE));
        return new Explanation(
                schemes,
                "The client cannot verify the kind of key that our certificate has: it offers "
                        + (suitesDecide
                                ? names(hello.cipherSuites(), CipherSuites::name)
                                : names(hello.signatureSchemes(), SignatureSchemes::name))
                        + ", and the certificate can sign by " + schemes + ".",
                add.isEmpty() ? "Turn one of these signature schemes on in the client." : add);
    }

    private static Explanation unknownName(@Nullable ClientHello hello) {
        String missing = "a server name of a certificate or a route";
        String malformed = hello == null ? null : hello.malformedServerName();
        if (malformed != null) {
            return new Explanation(
                    missing,
                    "The client asks for \"" + malformed
                            + "\", which is no host name: it has letters, digits, hyphens and"
                            + " underscores in labels of at most 63 characters, at most 253 in all.",
                    "Correct the name in the client.");
        }
        String name = hello == null || hello.serverName() == null ? "" : hello.serverName();
        return new Explanation(
                missing,
                "The client asks for \"" + name + "\", which no certificate and no route of the listener has"
                        + " (tls.unknown-server-name = reject).",
                "Correct the name in the client, or add a certificate or a route for it.");
    }

    private static String protocols(ClientHello hello) {
        return listed(hello.alpn().stream()
                .map(protocol -> WireText.printable(protocol.substring(0, Math.min(protocol.length(), LONGEST))))
                .toList());
    }

    private static String names(CodeList codes, IntFunction<String> registry) {
        return codes.isEmpty() ? "none" : listed(codes.names(registry));
    }

    private static String listed(List<String> names) {
        String first = names.stream().limit(MOST).collect(Collectors.joining(", "));
        return names.size() <= MOST ? first : first + " and " + (names.size() - MOST) + " more";
    }

    static String either(List<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        if (names.size() > MOST) {
            return listed(names);
        }
        String last = names.get(names.size() - 1);
        return names.size() == 1 ? last : String.join(", ", names.subList(0, names.size() - 1)) + " or " + last;
    }
}
