package io.sallyport.explain.probe;

/**
 * What a server answered a hand-made ClientHello.
 *
 * @param version chosen; -1 when there is no ServerHello
 * @param suite chosen; -1 when there is no ServerHello
 * @param group of the HelloRetryRequest or the ServerKeyExchange; -1: none was told
 * @param dhBytes bytes of the server's public value, where it is finite-field Diffie-Hellman; -1: it is not
 */
public record HelloAnswer(Kind kind, int version, int suite, int group, int dhBytes) {

    enum Kind {
        /** A ServerHello or HelloRetryRequest. */
        CHOSEN,
        /** An alert, or the end of TCP. */
        REFUSED,
        /** Not a whole answer within the time. */
        SILENT,
        /** No TCP connection. */
        UNREACHABLE,
        /** The scan's share of connections or time is used up: nobody was asked. */
        SPENT
    }

    static HelloAnswer none(Kind kind) {
        return new HelloAnswer(kind, -1, -1, -1, -1);
    }

    public boolean isChosen() {
        return kind == Kind.CHOSEN;
    }
}
