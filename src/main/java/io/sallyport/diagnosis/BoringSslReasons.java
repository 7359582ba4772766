package io.sallyport.diagnosis;

import io.sallyport.handshake.FailureReason;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reason codes of BoringSSL's ssl/errors.h, as they stand in the words of its errors. */
public final class BoringSslReasons {
    private static final String ALERT = "_ALERT_";

    private static final Map<String, FailureReason> REASONS = Map.ofEntries(
            Map.entry("UNSUPPORTED_PROTOCOL", FailureReason.VERSION_TOO_OLD),
            Map.entry("INAPPROPRIATE_FALLBACK", FailureReason.INAPPROPRIATE_FALLBACK),
            Map.entry("NO_SHARED_CIPHER", FailureReason.NO_COMMON_SUITE),
            Map.entry("NO_SHARED_GROUP", FailureReason.NO_COMMON_GROUP),
            // Before TLS 1.3 the groups on offer hold for ECDSA certificates too.
            Map.entry("WRONG_CURVE", FailureReason.NO_COMMON_GROUP),
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

    /** What we send for those whose alert TLS 1.3 encrypts. */
    private static final Map<String, String> ALERTS = Map.of(
            "PEER_DID_NOT_RETURN_A_CERTIFICATE", "certificate_required",
            "KEY_USAGE_BIT_INCORRECT", "illegal_parameter",
            "BAD_SIGNATURE", "decrypt_error",
            "DIGEST_CHECK_FAILED", "decrypt_error",
            "BAD_DECRYPT", "bad_record_mac",
            "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "bad_record_mac");

    private BoringSslReasons() {}

    /** What a code means: {@code TLSV1_ALERT_UNKNOWN_CA} and the like; those with ALERT are what the client sent. */
    public static Failure failure(String code) {
        int alert = code.indexOf(ALERT);
        if (alert >= 0) {
            return ClientAlerts.failure(ianaName(code.substring(alert + ALERT.length())), code);
        }
        @Nullable String sent = ALERTS.get(code);
        return new Failure(REASONS.getOrDefault(code, FailureReason.PROTOCOL_ERROR), How.ALERT_SENT, code, sent);
    }

    private static String ianaName(String boringSslName) {
        return boringSslName.equals("USER_CANCELLED") ? "user_canceled" : boringSslName.toLowerCase(Locale.ROOT);
    }
}
