package io.sallyport.diagnosis;

import io.sallyport.handshake.wire.ClientHello;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What advice about a failed handshake is drawn from.
 *
 * @param detail what the connection knows beyond the reason
 * @param alert the description of the alert that went (RFC 8446 section 6); -1 where none did, or it is not known which
 * @param hello what the client offered; null when no whole ClientHello came
 * @param allowed what the route takes; null when none was found
 * @param at when it failed
 * @param progress how far it came
 */
record Evidence(
        FailureDetail detail,
        int alert,
        @Nullable ClientHello hello,
        @Nullable Allowed allowed,
        Instant at,
        Progress progress) {
    /** Bytes of a ClientHello from which on it takes more than one packet (an MTU of 1500 less the headers). */
    static final int ONE_PACKET = 1400;

    Stage reached() {
        return progress.reached();
    }

    /** What an access rule said; empty where none decided. */
    String rule() {
        return detail instanceof FailureDetail.DecidedByRule decided ? decided.rule() : "";
    }

    /** The first certificate of the route; null where it has none, or there is no route. */
    @Nullable
    ShownCertificate shown() {
        return allowed == null || allowed.certificates().isEmpty()
                ? null
                : allowed.certificates().get(0);
    }
}
