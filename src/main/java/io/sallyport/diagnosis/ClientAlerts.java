package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.AlertDescriptions;
import java.util.Map;
import java.util.Set;

/** What a client means by a fatal alert (RFC 8446 section 6.2). */
final class ClientAlerts {
    private static final Map<String, FailureReason> REASONS = Map.of(
            "unknown_ca", FailureReason.CLIENT_REJECTED_ISSUER,
            "certificate_expired", FailureReason.CLIENT_REJECTED_EXPIRED,
            "bad_certificate", FailureReason.CLIENT_REJECTED_CERTIFICATE,
            "certificate_unknown", FailureReason.CLIENT_REJECTED_CERTIFICATE,
            "unsupported_certificate", FailureReason.CLIENT_REJECTED_CERTIFICATE,
            "certificate_revoked", FailureReason.CLIENT_REJECTED_CERTIFICATE);

    /** RFC 8446 section 6.2: these say that something is wrong with our certificate, and leave open what. */
    private static final Set<String> UNSPECIFIC = Set.of("bad_certificate", "certificate_unknown");

    private static final Set<FailureReason> REJECTIONS = Set.of(
            FailureReason.CLIENT_REJECTED_CERTIFICATE,
            FailureReason.CLIENT_REJECTED_EXPIRED,
            FailureReason.CLIENT_REJECTED_NAME);

    private ClientAlerts() {}

    static HandshakeFailure failure(int description, String detail) {
        String alert = AlertDescriptions.name(description);
        FailureReason reason = REASONS.getOrDefault(alert, FailureReason.CLIENT_ALERT);
        return new HandshakeFailure(
                reason,
                UNSPECIFIC.contains(alert) ? REJECTIONS : Set.of(reason),
                HandshakeEnd.ALERT_RECEIVED,
                new FailureDetail.Text(detail),
                description);
    }
}
