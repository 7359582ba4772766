package io.sallyport.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * What a request gets.
 *
 * @param body the whole of it; empty for a stream
 * @param allow the methods that the path knows, for the header of that name; null for none
 * @param challenge how to show the token, for a request that does not; null for none
 * @param policy the content security policy
 * @param isStream whether the body goes on until one side closes
 * @param afterwards run once the answer is out, or could not be sent
 */
record Answer(
        HttpResponseStatus status,
        String contentType,
        String body,
        @Nullable String allow,
        @Nullable String challenge,
        String policy,
        boolean isStream,
        Runnable afterwards) {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String POLICY =
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static Answer of(HttpResponseStatus status, String contentType, String body) {
        return new Answer(status, contentType, body, null, null, POLICY, false, () -> {});
    }

    /** One line of plain text. */
    static Answer text(HttpResponseStatus status, String line) {
        return of(status, TEXT, line + "\n");
    }

    static Answer stream(String contentType) {
        return new Answer(HttpResponseStatus.OK, contentType, "", null, null, POLICY, true, () -> {});
    }

    static Answer page(String html, String policy) {
        return new Answer(HttpResponseStatus.OK, "text/html; charset=utf-8", html, null, null, policy, false, () -> {});
    }

    Answer allow(String methods) {
        return new Answer(status, contentType, body, methods, challenge, policy, isStream, afterwards);
    }

    Answer then(Runnable action) {
        return new Answer(status, contentType, body, allow, challenge, policy, isStream, action);
    }

    Answer challenge(String scheme) {
        return new Answer(status, contentType, body, allow, scheme, policy, isStream, afterwards);
    }

    FullHttpResponse response(ByteBufAllocator allocator) {
        int bytes = ByteBufUtil.utf8Bytes(body);
        ByteBuf content = allocator.buffer(bytes);
        ByteBufUtil.reserveAndWriteUtf8(content, body, bytes); // without the count it would reserve three times as much
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, bytes);
        describe(response.headers());
        return response;
    }

    /** The head of a stream; its body comes in chunks. */
    HttpResponse streamHead() {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        HttpUtil.setTransferEncodingChunked(response, true);
        describe(response.headers());
        return response;
    }

    private void describe(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, policy);
        headers.set("x-content-type-options", "nosniff");
        headers.set("referrer-policy", "no-referrer");
        headers.set("cross-origin-resource-policy", "same-origin");
        if (allow != null) {
            headers.set(HttpHeaderNames.ALLOW, allow);
        }
        if (challenge != null) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, challenge);
        }
    }
}
