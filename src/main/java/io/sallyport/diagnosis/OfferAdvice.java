package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.WireText;

/** What is said of an offer with no version, no protocol or no name that the route takes. */
final class OfferAdvice {
    private static final int LONGEST = 64;

    private OfferAdvice() {}

    static Advice versionTooOld(Evidence evidence) {
        ClientHello hello = evidence.hello();
        Allowed allowed = evidence.allowed();
        if (hello == null || allowed == null) {
            return new Advice(
                    "a ClientHello in the format of TLS",
                    "The client is too old: its ClientHello has the format of SSL 2.0.",
                    "Update the client.");
        }
        return new Advice(
                Lists.either(allowed.versions()),
                "The client is too old: it offers " + Lists.names(hello.supportedVersions(), TlsVersions::name)
                        + ", and this route takes " + Lists.either(allowed.versions()) + ".",
                "Update the client. Where that cannot be, another tls.profile of the listener takes older versions.");
    }

    static Advice versionTooNew(Evidence evidence) {
        ClientHello hello = evidence.hello();
        Allowed allowed = evidence.allowed();
        if (hello == null || allowed == null) {
            return LackAdvice.nothingInCommon();
        }
        return new Advice(
                Lists.either(allowed.versions()),
                "The client offers only " + Lists.names(hello.supportedVersions(), TlsVersions::name)
                        + ", and this route takes " + Lists.either(allowed.versions()) + ".",
                "Let the listener take the newer version (tls.protocols, tls.profile), or the client an older one.");
    }

    static Advice fallback(Evidence evidence) {
        Allowed allowed = evidence.allowed();
        return new Advice(
                allowed == null ? "" : allowed.newestVersion(),
                "The client says that this is a second try with a lower version (TLS_FALLBACK_SCSV): the first one failed"
                        + " on the way to us.",
                "Find out why its first try failed: often a device in between that does not know the newer version.");
    }

    static Advice alpn(Evidence evidence) {
        ClientHello hello = evidence.hello();
        Allowed allowed = evidence.allowed();
        if (hello == null || allowed == null) {
            return new Advice(
                    "The client offers no application protocol that a route takes.",
                    "Turn one of the route's protocols on in the client, or add the client's to tls.alpn.");
        }
        return new Advice(
                Lists.either(allowed.alpn()),
                "No application protocol in common: the client offers " + protocols(hello) + ", and this route takes "
                        + Lists.either(allowed.alpn()) + ".",
                "Turn one of these protocols on in the client, or add the client's to tls.alpn.");
    }

    static Advice unknownName(Evidence evidence) {
        ClientHello hello = evidence.hello();
        String missing = "a server name of a certificate or a route";
        String malformed = hello == null ? null : hello.malformedServerName();
        if (malformed != null) {
            return new Advice(
                    missing,
                    "The client asks for \"" + malformed
                            + "\", which is no host name: it has letters, digits, hyphens and"
                            + " underscores in labels of at most 63 characters, at most 253 in all.",
                    "Correct the name in the client.");
        }
        String name = hello == null || hello.serverName() == null ? "" : hello.serverName();
        return new Advice(
                missing,
                "The client asks for \"" + name + "\", which no certificate and no route of the listener has"
                        + " (tls.unknown-server-name = reject).",
                "Correct the name in the client, or add a certificate or a route for it.");
    }

    private static String protocols(ClientHello hello) {
        return Lists.listed(hello.alpn().stream()
                .map(protocol -> WireText.printable(protocol.substring(0, Math.min(protocol.length(), LONGEST))))
                .toList());
    }
}
