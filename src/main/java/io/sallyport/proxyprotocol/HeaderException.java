package io.sallyport.proxyprotocol;

/** A connection does not begin with a PROXY protocol header that can be taken. */
public final class HeaderException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean missing;

    private HeaderException(boolean missing, String detail) {
        super(detail);
        this.missing = missing;
    }

    static HeaderException missing(String detail) {
        return new HeaderException(true, detail);
    }

    static HeaderException malformed(String detail) {
        return new HeaderException(false, detail);
    }

    /** Whether it begins with something else; otherwise with a header that breaks the rules. */
    public boolean isMissing() {
        return missing;
    }
}
