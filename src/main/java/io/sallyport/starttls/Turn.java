package io.sallyport.starttls;

import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.HandshakeFailure;

/** What is done about what a client has sent before TLS. */
public sealed interface Turn {
    Turn MORE = new More();

    /** Nothing: the request is not whole. */
    record More() implements Turn {}

    /** This is said, and the next request is read. */
    record Answer(String answer) implements Turn {}

    /** This is said, and from the next byte on the client speaks TLS. What came behind its request is gone. */
    record Begin(String answer) implements Turn {}

    /** The client speaks TLS without having asked, and nothing was said in plain text. What is there is the beginning of it. */
    record Direct() implements Turn {}

    /**
     * This is said, and nothing more.
     *
     * @param answer may be empty
     */
    record End(String answer, HandshakeFailure why) implements Turn {}

    /** The end for a reason of which a text tells more. */
    static Turn end(String answer, FailureReason reason, String detail) {
        return new End(answer, new HandshakeFailure(reason, HandshakeEnd.CLOSED, detail));
    }
}
