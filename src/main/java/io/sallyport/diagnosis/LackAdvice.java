package io.sallyport.diagnosis;

import io.sallyport.diagnosis.OfferComparison.KeyLack;
import io.sallyport.diagnosis.OfferComparison.Lack;
import io.sallyport.handshake.iana.CipherSuites;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import io.sallyport.handshake.wire.ClientHello;
import java.util.List;
import java.util.stream.Collectors;

/** What is said of an offer without a suite, a group or a signature scheme in common with the route. */
final class LackAdvice {
    private LackAdvice() {}

    static Advice suite(Evidence evidence) {
        return lacking(evidence, Lack.SUITE);
    }

    static Advice group(Evidence evidence) {
        return lacking(evidence, Lack.GROUP);
    }

    static Advice certificate(Evidence evidence) {
        return lacking(evidence, Lack.CERTIFICATE);
    }

    static Advice nothingInCommon() {
        return new Advice(
                "The client's offer and what the listener takes have nothing in common.",
                "Compare both, and change one of them.");
    }

    /** What the reason says first, and then what else is lacking: else the advice would help against a half of it. */
    private static Advice lacking(Evidence evidence, Lack first) {
        ClientHello hello = evidence.hello();
        Allowed allowed = evidence.allowed();
        if (hello == null || allowed == null) {
            return nothingInCommon();
        }
        OfferComparison offer = OfferComparison.of(hello, allowed);
        Advice words = lack(hello, offer, first);
        for (Lack other : offer.lacks()) {
            if (other != first) {
                Advice more = lack(hello, offer, other);
                words = new Advice(
                        words.missing() + "; " + more.missing(),
                        words.cause() + " Besides: " + more.cause(),
                        words.fix() + " Besides: " + more.fix());
            }
        }
        return words;
    }

    private static Advice lack(ClientHello hello, OfferComparison offer, Lack lack) {
        return switch (lack) {
            case SUITE -> suite(hello, offer);
            case GROUP -> group(hello, offer);
            case CERTIFICATE -> certificate(hello, offer);
        };
    }

    private static Advice suite(ClientHello hello, OfferComparison offer) {
        String offers =
                "No cipher suite in common: the client offers " + Lists.names(hello.cipherSuites(), CipherSuites::name)
                        + (offer.isTls13() ? ", and both sides speak TLS 1.3, which has suites of its own." : ".");
        String client = offer.isTls13() ? "Turn one of these suites on in the client" : "Update the client";
        List<String> toAllow = offer.suitesToAllow();
        return new Advice(
                Lists.either(offer.allowedSuites()),
                offer.hasNoEcdhe()
                        ? offers + " None of them has forward secrecy by elliptic curves, as every suite of today has."
                        : offers,
                toAllow.isEmpty()
                        ? client + "."
                        : client + ", or let the listener take what the client has (tls.profile, tls.ciphers): "
                                + Lists.either(toAllow) + ".");
    }

    private static Advice group(ClientHello hello, OfferComparison offer) {
        String allowed = Lists.either(offer.groups());
        if (hello.groups().isEmpty()) {
            return new Advice(
                    allowed,
                    "The client names no key exchange group (it sends no supported_groups), and every suite in common"
                            + " needs one.",
                    "Let the client send supported_groups with " + allowed + ".");
        }
        List<String> toAllow = offer.groupsToAllow();
        return new Advice(
                allowed,
                "No key exchange group in common: the client offers " + Lists.names(hello.groups(), NamedGroups::name)
                        + ", and this route takes " + allowed + ".",
                toAllow.isEmpty()
                        ? "Turn one of these groups on in the client."
                        : "Turn one of these groups on in the client, or let the listener take one of the client's"
                                + " (tls.groups): " + Lists.either(toAllow) + ".");
    }

    private static Advice certificate(ClientHello hello, OfferComparison offer) {
        List<ShownKey> keys = offer.keys();
        String schemes = Lists.either(offer.schemes(keys));
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
            String turnOn = "Turn " + Lists.either(curves) + " on in the client";
            return new Advice(
                    Lists.either(curves) + " among the client's groups",
                    "The client cannot verify our certificate: its key is on " + Lists.either(curves)
                            + ", and the client's groups are " + Lists.names(hello.groups(), NamedGroups::name)
                            + ". Before TLS 1.3 they hold for certificates, too.",
                    add.isEmpty() ? turnOn + "." : turnOn + ". Or: " + add);
        }
        boolean suitesDecide = keys.stream().allMatch(key -> offer.lacksOf(key).contains(KeyLack.SUITE));
        return new Advice(
                schemes,
                "The client cannot verify the kind of key that our certificate has: it offers "
                        + (suitesDecide
                                ? Lists.names(hello.cipherSuites(), CipherSuites::name)
                                : Lists.names(hello.signatureSchemes(), SignatureSchemes::name))
                        + ", and the certificate can sign by " + schemes + ".",
                add.isEmpty() ? "Turn one of these signature schemes on in the client." : add);
    }
}
