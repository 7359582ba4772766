package io.sallyport.diagnosis;

import io.sallyport.handshake.AlertDescriptions;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.HandshakeTrace;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that failed, with all that is known of it.
 *
 * @param hello what the client offered; null when no whole ClientHello came
 * @param allowed what the route takes; null when none was found
 * @param trace every byte that passed
 * @param at when it failed
 */
public record Attempt(
        Failure failure,
        @Nullable ClientHello hello,
        @Nullable Allowed allowed,
        HandshakeTrace trace,
        Instant at) {

    /**
     * The same, with the failure read off the wire where the TLS library cannot know it: OpenSSL and GnuTLS clients of TLS 1.3
     * send the alert about our certificate in the clear, which BoringSSL takes for a broken record.
     */
    public Attempt asOnTheWire() {
        int alert = trace.clientAlert();
        boolean unclear = switch (failure.reason()) {
            case PROTOCOL_ERROR, BAD_RECORD, CLIENT_LEFT, CLIENT_RESET -> true;
            default -> false;
        };
        if (alert < 0 || !unclear) {
            return this;
        }
        String name = AlertDescriptions.name(alert);
        Failure onTheWire = ClientAlerts.failure(name, "alert " + name + " in the clear (" + failure.detail() + ")");
        return new Attempt(onTheWire, hello, allowed, trace, at);
    }
}
