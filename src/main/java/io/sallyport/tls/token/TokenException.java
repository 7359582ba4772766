package io.sallyport.tls.token;

/** What a token, or its module, does not do, for a person. */
final class TokenException extends Exception {
    private static final long serialVersionUID = 1L;

    private final long code;

    TokenException(String message) {
        this(0, message);
    }

    /** @param code CKR_ of PKCS#11; 0: none */
    TokenException(long code, String message) {
        super(message);
        this.code = code;
    }

    long code() {
        return code;
    }

    String words() {
        return String.valueOf(getMessage());
    }
}
