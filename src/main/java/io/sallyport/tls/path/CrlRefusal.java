package io.sallyport.tls.path;

/** A list that was received is not taken. The message is for a person. */
public final class CrlRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final CrlFault fault;

    CrlRefusal(CrlFault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public CrlFault fault() {
        return fault;
    }
}
