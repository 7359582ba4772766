package io.sallyport.diagnosis;

import io.sallyport.handshake.FailureReason;
import io.sallyport.handshake.HandshakeTranscript;

/**
 * The words of a diagnosis, for somebody who runs a proxy and is no expert of TLS.
 *
 * @param missing what the client would have had to offer or to send; may be empty
 */
record Explanation(String missing, String cause, String fix) {
    private static final String CLIENT_SIDE = "Nothing is wrong here.";

    Explanation(String cause, String fix) {
        this("", cause, fix);
    }

    static Explanation of(Attempt attempt, FailureReason reason, Step step, HandshakeTranscript transcript) {
        return switch (reason) {
            case BARE_PROBE ->
                new Explanation(
                        "A health check or a port scan: TCP was opened and closed without a byte.", CLIENT_SIDE);
            case TIMEOUT -> timeout(step);
            case PLAIN_HTTP ->
                new Explanation("The client speaks plain HTTP on a TLS port.", "Use https:// in the client's address.");
            case OTHER_PROTOCOL -> OtherProtocols.explain(attempt.failure().detail());
            case UNEXPECTED_PROXY_HEADER ->
                new Explanation(
                        "A load balancer in front sends a PROXY protocol header, and this listener expects none of it.",
                        "Turn the PROXY protocol off in the load balancer, or on in this listener, with this peer among"
                                + " proxy-protocol.trusted.");
            case PROXY_HEADER_MISSING ->
                new Explanation(
                        "a PROXY protocol header",
                        "A peer in a trusted network begins without the PROXY protocol header that this listener expects"
                                + " of it: a load balancer that sends none, or a client beside it.",
                        "Turn the PROXY protocol on in the load balancer, or take this peer out of"
                                + " proxy-protocol.trusted.");
            case PROXY_HEADER_MALFORMED ->
                new Explanation(
                        "a whole PROXY protocol header",
                        "The PROXY protocol header breaks the rules of its format, or ends in the middle.",
                        "Look at what the load balancer sends: version 1 and version 2 are taken.");
            case GARBAGE ->
                new Explanation(
                        "The first bytes are no TLS: a wrong port, a scanner, or a broken client.",
                        "Look at what the client at this address is, and whether it means this port.");
            case CLIENT_HELLO_MALFORMED ->
                new Explanation(
                        "The ClientHello breaks the rules of TLS: a broken client, a scanner, or something in between"
                                + " that changes bytes.",
                        "Update the client. If it works elsewhere, look at the devices in between.");
            case CLIENT_HELLO_TOO_LARGE ->
                new Explanation(
                        "The ClientHello is larger than any client needs, or cut into more records.",
                        "Look at what the client puts into it: long session tickets or many extensions.");
            case CLIENT_HELLO_INCOMPLETE ->
                new Explanation(
                        "The client left in the middle of its ClientHello: it was stopped, or its network broke.",
                        "If it happens again and again, look at the client's log and at the devices in between.");
            case LARGE_CLIENT_HELLO_CUT ->
                new Explanation(
                        "Only the first packet of a large ClientHello arrived. Some firewalls and proxies lose the"
                                + " second one since clients offer post-quantum keys (tldr.fail).",
                        "Update or go around the device in between, or turn the post-quantum group off in the client"
                                + " (X25519MLKEM768).");
            case VERSION_TOO_OLD,
                    VERSION_TOO_NEW,
                    INAPPROPRIATE_FALLBACK,
                    NO_COMMON_SUITE,
                    NO_COMMON_GROUP,
                    NO_COMMON_SIGNATURE_SCHEME,
                    NO_COMMON_ALPN,
                    UNKNOWN_SERVER_NAME,
                    MISSING_SERVER_NAME -> OfferExplanation.of(attempt, reason);
            case CLIENT_REJECTED_ISSUER, CLIENT_REJECTED_EXPIRED, CLIENT_REJECTED_NAME, CLIENT_REJECTED_CERTIFICATE ->
                RejectionExplanation.of(attempt, reason);
            case CLIENT_ALERT -> RejectionExplanation.alert(attempt, step);
            case CLIENT_CERTIFICATE_MISSING,
                    CLIENT_CERTIFICATE_EXPIRED,
                    CLIENT_CERTIFICATE_NOT_YET_VALID,
                    CLIENT_CERTIFICATE_REVOKED,
                    CLIENT_CERTIFICATE_UNKNOWN_ISSUER,
                    CLIENT_CERTIFICATE_WRONG_PURPOSE,
                    CLIENT_CERTIFICATE_CHAIN_TOO_DEEP,
                    CLIENT_CERTIFICATE_INVALID,
                    CLIENT_CERTIFICATE_REFUSED ->
                ClientCertificateExplanation.of(reason, attempt.failure().detail());
            case BAD_CERTIFICATE_VERIFY ->
                new Explanation(
                        "The client showed a certificate whose private key it does not have, or its signature is"
                                + " broken.",
                        "Look whether certificate and key of the client belong together.");
            case BAD_RECORD ->
                new Explanation(
                        "A record of the client does not decrypt, or its Finished is wrong: bytes were changed on the"
                                + " way, or the client's TLS is broken.",
                        "Look for a device in between that changes traffic. If there is none, update the client.");
            case PROTOCOL_ERROR ->
                new Explanation(
                        "The client broke the rules of TLS in the middle of the handshake.",
                        "Update the client. If it works elsewhere, look at the devices in between.");
            case CLIENT_LEFT -> RejectionExplanation.left(attempt, step, transcript);
            case CLIENT_RESET -> RejectionExplanation.reset(attempt, step, transcript);
            case OVERLOAD ->
                new Explanation(
                        "More was asked for than is taken on: "
                                + attempt.failure().detail() + ".",
                        "The client can try again. The limits of the listener say how much is taken on at once and of"
                                + " one source.");
            case DRAINING ->
                new Explanation(
                        "This process was stopping, and the time of its drain was over.",
                        "The client can connect again. A longer drain.timeout lets slow handshakes finish.");
            case INTERNAL_ERROR ->
                new Explanation(
                        "A fault on this side: a key that does not sign, or an exception.",
                        "Look at the log lines of this connection, and whether the key files were changed.");
        };
    }

    private static Explanation timeout(Step step) {
        String slow = "A slow client or network needs a longer timeouts.handshake.";
        return switch (step) {
            case TCP ->
                new Explanation(
                        "The client opened TCP and sent nothing: it waits for the server to speak first, as SMTP, SSH"
                                + " and MySQL clients do, or it only holds the connection.",
                        "Look whether the client means this port and begins with TLS at once.");
            case PROXY_HEADER, CLIENT_HELLO ->
                new Explanation(
                        "The ClientHello did not come whole in time: packets are lost, or the client holds the"
                                + " connection on purpose.",
                        slow);
            case SERVER_HELLO, SERVER_CERTIFICATE, CLIENT_CERTIFICATE, CERTIFICATE_VERIFY, FINISHED ->
                new Explanation(
                        "The client did not answer our part of the handshake in time: it waits for its user (a prompt"
                                + " for a certificate), or packets are lost, often the large ones (MTU).",
                        slow + " If only some networks are concerned, look at their MTU.");
        };
    }
}
