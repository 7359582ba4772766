package io.sallyport.forwardproxy;

import java.io.IOException;

/** A forward proxy has not made the connection that it was asked for. */
public final class TunnelException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    public enum Kind {
        /** It does not let us, or not there. */
        REFUSED,
        /** It breaks the rules of its protocol, or ends in the middle. */
        BROKEN,
        /** It says that nothing listens at the server. */
        SERVER_REFUSES,
        /** It says that the server cannot be reached. */
        SERVER_UNREACHABLE,
        /** It says that the server does not answer. */
        SERVER_SILENT
    }

    private final Kind kind;

    TunnelException(Kind kind, String words) {
        super(words);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
