package io.sallyport.redirect;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.sallyport.metrics.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * What a request gets.
 *
 * @param location null: it leads nowhere
 * @param type of the body
 * @param body in ASCII; nothing of the request is in it
 * @param reason how the connection ends with it
 */
record Answer(HttpResponseStatus status, @Nullable String location, String type, String body, CloseReason reason) {

    private static final String TEXT = "text/plain; charset=utf-8";

    /** RFC 9110 section 15.4.9: the client comes again with the same method and body. */
    static Answer redirect(String location) {
        return new Answer(HttpResponseStatus.PERMANENT_REDIRECT, location, TEXT, "", CloseReason.REDIRECTED);
    }

    /** RFC 8555 section 8.3. */
    static Answer proof(String authorization) {
        return new Answer(
                HttpResponseStatus.OK, null, "application/octet-stream", authorization, CloseReason.ACME_CHALLENGE);
    }

    /** @param why for the client and the log */
    static Answer refusal(HttpResponseStatus status, String why) {
        return new Answer(status, null, TEXT, why + "\n", CloseReason.REQUEST_REFUSED);
    }
}
