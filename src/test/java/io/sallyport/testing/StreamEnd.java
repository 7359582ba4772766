package io.sallyport.testing;

/**
 * How a TLS stream ended, as its reader saw it.
 *
 * @param alert {@code close_notify}, a fatal alert, or none
 * @param tcp what ended the TCP stream
 */
public record StreamEnd(String alert, Received.End tcp) {
    /** The whole stream arrived: close_notify, then FIN. */
    public static final StreamEnd CLEAN = new StreamEnd("close_notify", Received.End.FIN);

    /** FIN alone: the stream may have been cut. */
    public static final StreamEnd TRUNCATED = new StreamEnd("", Received.End.FIN);

    /** A reset without a word before it. */
    public static final StreamEnd ABORTED = new StreamEnd("", Received.End.RESET);

    /** A fatal alert that arrived, then FIN. */
    public static StreamEnd fatal(String alert) {
        return new StreamEnd(alert, Received.End.FIN);
    }
}
