package io.sallyport.tls.token;

import io.sallyport.metrics.TokenMeters.SignatureResult;
import java.util.Set;

/** What a token, or its module, does not do, for a person. */
final class TokenException extends Exception {
    private static final long serialVersionUID = 1L;

    /** CKR_PIN_INCORRECT to CKR_PIN_LOCKED. */
    private static final Set<Long> REFUSES_PIN = Set.of(0xA0L, 0xA1L, 0xA2L, 0xA3L, 0xA4L);

    /** CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT. */
    private static final Set<Long> IS_ABSENT = Set.of(0x32L, 0xE0L);

    private final SignatureResult result;
    private final long code;

    TokenException(String message) {
        this(0, message);
    }

    /** @param code CKR_ of PKCS#11; 0: none */
    TokenException(long code, String message) {
        this(result(code), code, message);
    }

    TokenException(SignatureResult result, String message) {
        this(result, 0, message);
    }

    private TokenException(SignatureResult result, long code, String message) {
        super(message);
        this.result = result;
        this.code = code;
    }

    /** What a signature fails with that needs it. */
    SignatureResult result() {
        return result;
    }

    long code() {
        return code;
    }

    String words() {
        return String.valueOf(getMessage());
    }

    private static SignatureResult result(long code) {
        if (REFUSES_PIN.contains(code)) {
            return SignatureResult.PIN_REFUSED;
        }
        return IS_ABSENT.contains(code) ? SignatureResult.ABSENT : SignatureResult.ERROR;
    }
}
