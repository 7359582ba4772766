package io.sallyport.backend;

import java.io.IOException;

/** A name has no address now. Its message says why, for people; it is an everyday event and has no stack. */
public final class NameNotFoundException extends IOException {
    private static final long serialVersionUID = 1L;

    NameNotFoundException(String words) {
        super(words);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
