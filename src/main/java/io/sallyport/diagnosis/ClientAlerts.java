package io.sallyport.diagnosis;

import io.sallyport.handshake.FailureReason;
import java.util.Map;

/** What a client means by a fatal alert (RFC 8446 section 6.2). */
final class ClientAlerts {
    private static final Map<String, FailureReason> REASONS = Map.of(
            "unknown_ca", FailureReason.CLIENT_REJECTED_ISSUER,
            "certificate_expired", FailureReason.CLIENT_REJECTED_EXPIRED,
            "bad_certificate", FailureReason.CLIENT_REJECTED_CERTIFICATE,
            "certificate_unknown", FailureReason.CLIENT_REJECTED_CERTIFICATE,
            "unsupported_certificate", FailureReason.CLIENT_REJECTED_CERTIFICATE,
            "certificate_revoked", FailureReason.CLIENT_REJECTED_CERTIFICATE);

    private ClientAlerts() {}

    /** @param alert its IANA name */
    static Failure failure(String alert, String detail) {
        return new Failure(REASONS.getOrDefault(alert, FailureReason.CLIENT_ALERT), How.ALERT_RECEIVED, detail, alert);
    }
}
