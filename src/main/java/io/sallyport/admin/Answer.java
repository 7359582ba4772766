package io.sallyport.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * What a request gets.
 *
 * @param allow the methods that the path knows, for the header of that name; null for none
 * @param afterwards run once the answer is out, or could not be sent
 */
record Answer(
        HttpResponseStatus status,
        String contentType,
        String body,
        @Nullable String allow,
        Runnable afterwards) {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String POLICY =
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static Answer of(HttpResponseStatus status, String contentType, String body) {
        return new Answer(status, contentType, body, null, () -> {});
    }

    /** One line of plain text. */
    static Answer text(HttpResponseStatus status, String line) {
        return of(status, TEXT, line + "\n");
    }

    Answer allow(String methods) {
        return new Answer(status, contentType, body, methods, afterwards);
    }

    Answer then(Runnable action) {
        return new Answer(status, contentType, body, allow, action);
    }

    FullHttpResponse response(ByteBufAllocator allocator) {
        int bytes = ByteBufUtil.utf8Bytes(body);
        ByteBuf content = allocator.buffer(bytes);
        ByteBufUtil.reserveAndWriteUtf8(content, body, bytes); // without the count it would reserve three times as much
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        headers.setInt(HttpHeaderNames.CONTENT_LENGTH, bytes);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
        headers.set("x-content-type-options", "nosniff");
        headers.set("referrer-policy", "no-referrer");
        headers.set("cross-origin-resource-policy", "same-origin");
        if (allow != null) {
            headers.set(HttpHeaderNames.ALLOW, allow);
        }
        return response;
    }
}
