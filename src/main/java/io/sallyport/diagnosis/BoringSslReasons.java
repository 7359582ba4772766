package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.AlertDescriptions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What BoringSSL's reasons (ssl.h) mean for a server, and what each leaves open. */
public final class BoringSslReasons {
    private static final Map<String, FailureReason> REASONS = Map.ofEntries(
            Map.entry("UNSUPPORTED_PROTOCOL", FailureReason.VERSION_TOO_OLD),
            Map.entry("INAPPROPRIATE_FALLBACK", FailureReason.INAPPROPRIATE_FALLBACK),
            Map.entry("NO_SHARED_CIPHER", FailureReason.NO_COMMON_SUITE),
            Map.entry("NO_SHARED_GROUP", FailureReason.NO_COMMON_GROUP),
            // Before TLS 1.3: the client does not name the curve of our certificate, which is looked at first of all.
            Map.entry("WRONG_CURVE", FailureReason.NO_COMMON_SIGNATURE_SCHEME),
            Map.entry("NO_COMMON_SIGNATURE_ALGORITHMS", FailureReason.NO_COMMON_SIGNATURE_SCHEME),
            Map.entry("NO_APPLICATION_PROTOCOL", FailureReason.NO_COMMON_ALPN),
            Map.entry("PEER_DID_NOT_RETURN_A_CERTIFICATE", FailureReason.CLIENT_CERTIFICATE_MISSING),
            Map.entry("KEY_USAGE_BIT_INCORRECT", FailureReason.CLIENT_CERTIFICATE_WRONG_PURPOSE),
            Map.entry("BAD_SIGNATURE", FailureReason.BAD_CERTIFICATE_VERIFY),
            Map.entry("BAD_DECRYPT", FailureReason.BAD_RECORD),
            Map.entry("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", FailureReason.BAD_RECORD),
            Map.entry("DIGEST_CHECK_FAILED", FailureReason.BAD_RECORD),
            Map.entry("INTERNAL_ERROR", FailureReason.INTERNAL_ERROR),
            Map.entry("NO_CERTIFICATE_SET", FailureReason.INTERNAL_ERROR),
            Map.entry("NO_PRIVATE_KEY_ASSIGNED", FailureReason.INTERNAL_ERROR),
            Map.entry("PRIVATE_KEY_OPERATION_FAILED", FailureReason.INTERNAL_ERROR));

    /** What else some of them leave open; the others mean what they say. */
    private static final Map<String, Set<FailureReason>> ALTERNATIVES = Map.of(
            "UNSUPPORTED_PROTOCOL", Set.of(FailureReason.VERSION_TOO_NEW),
            // Before TLS 1.3 all that a suite needs is looked at with it: a group, and a key that goes with it and can
            // sign.
            "NO_SHARED_CIPHER", Set.of(FailureReason.NO_COMMON_GROUP, FailureReason.NO_COMMON_SIGNATURE_SCHEME),
            // In TLS 1.3: a second ClientHello without the key share that was asked for.
            "WRONG_CURVE",
                    Set.of(FailureReason.NO_COMMON_SUITE, FailureReason.NO_COMMON_GROUP, FailureReason.PROTOCOL_ERROR),
            // Of a client's certificate with its chain, or of a message that is never so large.
            "EXCESSIVE_MESSAGE_SIZE", Set.of(FailureReason.CLIENT_CERTIFICATE_INVALID),
            // Of a PSK binder in the ClientHello, or of Finished.
            "DIGEST_CHECK_FAILED", Set.of(FailureReason.PROTOCOL_ERROR));

    /** What we send for those whose alert TLS 1.3 encrypts. */
    private static final Map<String, String> ALERTS = Map.of(
            "PEER_DID_NOT_RETURN_A_CERTIFICATE", "certificate_required",
            "KEY_USAGE_BIT_INCORRECT", "illegal_parameter",
            "BAD_SIGNATURE", "decrypt_error",
            "DIGEST_CHECK_FAILED", "decrypt_error",
            "BAD_DECRYPT", "bad_record_mac",
            "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "bad_record_mac");

    private BoringSslReasons() {}

    /** What an error means: an alert of the client's, or a fault that BoringSSL found. */
    public static HandshakeFailure failure(BoringSslError error) {
        if (error.receivedAlert() >= 0) {
            return ClientAlerts.failure(error.receivedAlert(), error.reason());
        }
        if (error.isOwnFault()) {
            return new HandshakeFailure(
                    FailureReason.INTERNAL_ERROR, HandshakeEnd.CLOSED, "BoringSSL: " + error.reason());
        }
        String code = error.reason();
        FailureReason reason = REASONS.getOrDefault(code, FailureReason.PROTOCOL_ERROR);
        Set<FailureReason> mayMean = EnumSet.of(reason);
        mayMean.addAll(ALTERNATIVES.getOrDefault(code, Set.of()));
        String sent = ALERTS.get(code);
        return new HandshakeFailure(
                reason,
                mayMean,
                HandshakeEnd.ALERT_SENT,
                new FailureDetail.Text(code),
                sent == null ? HandshakeFailure.NO_ALERT : AlertDescriptions.code(sent));
    }
}
