package io.sallyport.diagnosis;

import org.jspecify.annotations.Nullable;

/**
 * Why a handshake failed.
 *
 * @param stage that it did not get past
 * @param alert the IANA name of the alert that ended it; null when none did, or it is not known which
 * @param missing what the client would have had to offer or to send; empty where that is not the matter
 * @param cause the likely one, in one or two plain sentences
 * @param fix what helps, in one or two plain sentences
 */
public record Diagnosis(
        FailureReason reason,
        Stage stage,
        HandshakeEnd end,
        @Nullable String alert,
        String missing,
        String cause,
        String fix) {}
