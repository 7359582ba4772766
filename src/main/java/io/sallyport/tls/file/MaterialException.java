package io.sallyport.tls.file;

/** A file of keys, certificates or revocations that cannot be used: what was found and the rule, for a person. */
public final class MaterialException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    public MaterialException(String message) {
        this(0, message);
    }

    /** @param line where in the file, from 1; 0 when it is no particular line */
    public MaterialException(int line, String message) {
        super(message);
        this.line = line;
    }

    int line() {
        return line;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
