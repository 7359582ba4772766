package io.sallyport.starttls;

/** What follows from what a server has said before TLS. */
public sealed interface Heard {
    Heard MORE = new More();

    /** Nothing: it is not whole. */
    record More() implements Heard {}

    /** This is said to it, which may be nothing, and what it says then is read. */
    record Say(String words) implements Heard {}

    /**
     * It is done. What is left of the bytes came behind it.
     *
     * @param greeting what the server greeted with, for a client that has not been greeted
     */
    record Ready(String greeting) implements Heard {}

    /** The server will not. */
    record Refused(String words) implements Heard {}

    /** The server breaks the rules of the protocol. */
    record Broken(String words) implements Heard {}
}
