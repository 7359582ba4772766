package io.sallyport.diagnosis;

import io.sallyport.handshake.CipherSuites;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.CodeList;
import io.sallyport.handshake.FailureReason;
import io.sallyport.handshake.KeyExchange;
import io.sallyport.handshake.NamedGroups;
import io.sallyport.handshake.SignatureSchemes;
import io.sallyport.handshake.TlsVersions;
import io.sallyport.handshake.WireText;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

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
            case NO_COMMON_SUITE ->
                new Explanation(
                        either(allowed.suites()),
                        suiteCause(hello),
                        "Update the client, or let the listener take what the client has (tls.profile, tls.ciphers).");
            case NO_COMMON_GROUP ->
                new Explanation(
                        either(allowed.groups()),
                        "No key exchange group in common: the client offers " + names(hello.groups(), NamedGroups::name)
                                + ", and this route takes " + either(allowed.groups()) + ".",
                        "Turn one of these groups on in the client, or let the listener take one of the client's"
                                + " (tls.groups).");
            case NO_COMMON_SIGNATURE_SCHEME ->
                new Explanation(
                        either(allowed.signatureSchemes()),
                        "The client cannot verify the kind of key that our certificate has: "
                                + schemeCause(hello, allowed) + ".",
                        "Add a certificate with the other kind of key for the same name (RSA beside ECDSA): each client"
                                + " gets the one that it can verify.");
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
        String name = hello == null || hello.serverName() == null ? "" : hello.serverName();
        return switch (reason) {
            case UNKNOWN_SERVER_NAME ->
                new Explanation(
                        "a server name of a certificate or a route",
                        "The client asks for \"" + name + "\", which no certificate and no route of the listener has"
                                + " (tls.unknown-server-name = reject).",
                        "Correct the name in the client, or add a certificate or a route for it.");
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

    private static String suiteCause(ClientHello hello) {
        List<String> suites = hello.cipherSuites().names(CipherSuites::name);
        boolean onlyTls12 = hello.highestVersion() < TlsVersions.TLS_1_3;
        boolean noForwardSecrecy = onlyTls12
                && hello.cipherSuites().stream().noneMatch(suite -> KeyExchange.ofSuite(suite) == KeyExchange.ECDHE);
        String offers = "No cipher suite in common: the client offers " + listed(suites) + ".";
        return noForwardSecrecy
                ? offers + " None of them has forward secrecy by elliptic curves, as every suite of today has."
                : offers;
    }

    private static String schemeCause(ClientHello hello, Allowed allowed) {
        String offered = hello.signatureSchemes().isEmpty() || allowed.hasSchemeOf(hello.signatureSchemes())
                ? "it offers " + names(hello.cipherSuites(), CipherSuites::name)
                : "it offers " + names(hello.signatureSchemes(), SignatureSchemes::name);
        return offered + ", and the certificate can sign by " + either(allowed.signatureSchemes());
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
