package io.sallyport.diagnosis;

import io.sallyport.handshake.wire.ClientHello;

/** What is said of a client whose stream ended, broke, or stood still. */
final class StreamAdvice {
    private StreamAdvice() {}

    static Advice timeout(Evidence evidence) {
        String slow = "A slow client or network needs a longer timeouts.handshake.";
        return switch (evidence.reached()) {
            case TCP ->
                new Advice(
                        "The client opened TCP and sent nothing: it waits for the server to speak first, as SMTP, SSH"
                                + " and MySQL clients do, or it only holds the connection.",
                        "Look whether the client means this port and begins with TLS at once.");
            case PROXY_HEADER, STARTTLS, CLIENT_HELLO ->
                new Advice(
                        "The ClientHello did not come whole in time: packets are lost, or the client holds the"
                                + " connection on purpose.",
                        slow);
            case SERVER_HELLO, SERVER_CERTIFICATE, CLIENT_CERTIFICATE, CERTIFICATE_VERIFY, FINISHED ->
                new Advice(
                        "The client did not answer our part of the handshake in time: it waits for its user (a prompt"
                                + " for a certificate), or packets are lost, often the large ones (MTU).",
                        slow + " If only some networks are concerned, look at their MTU.");
        };
    }

    /** A client that ended TCP without an alert, as several do that do not like a certificate. */
    static Advice left(Evidence evidence) {
        if (evidence.reached() != Stage.SERVER_CERTIFICATE || evidence.shown() == null) {
            return new Advice(
                    "The client left in the middle of the handshake: it was stopped, or its own limit of time passed.",
                    "Look at the client's log. If it happens to many, look at the network in between.");
        }
        return new Advice(
                "The client got our certificate and left without an alert: most likely it does not like the"
                        + " certificate, or it was only looking. "
                        + RejectionAdvice.certificates(evidence),
                "Look at the client's log. Does it trust the issuer, and does it ask for one of these names?");
    }

    static Advice reset(Evidence evidence) {
        ClientHello hello = evidence.hello();
        if (hello != null
                && hello.length() > Evidence.ONE_PACKET
                && !evidence.progress().answered()) {
            return new Advice(
                    "The connection was reset after a large ClientHello: by a device in between that does not know"
                            + " post-quantum offers (tldr.fail), or by a client that does not like our certificate. "
                            + RejectionAdvice.certificates(evidence),
                    "Try the client without X25519MLKEM768. If that works, it is the device in between.");
        }
        if (evidence.reached() == Stage.SERVER_CERTIFICATE) {
            return new Advice(
                    "The connection was reset after our certificate: the client does not like it, or something in"
                            + " between cut the connection. "
                            + RejectionAdvice.certificates(evidence),
                    "Look at the client's log. Does it trust the issuer, and does it ask for one of these names?");
        }
        return new Advice(
                "The connection was reset: the client was stopped, or something in between cut it.",
                "Look at the client's log. If it happens to many, look at the network in between.");
    }
}
