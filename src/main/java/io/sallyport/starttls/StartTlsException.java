package io.sallyport.starttls;

/** A server with which TLS cannot begin. */
public final class StartTlsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What is wrong. */
    public enum Kind {
        /** The server says no. */
        REFUSED,
        /** It breaks the rules of its protocol, or ends the stream. */
        BROKEN,
        /** It says nothing, or not all of it, in time. */
        LATE
    }

    public StartTlsException(Kind kind, String words) {
        super(words, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
