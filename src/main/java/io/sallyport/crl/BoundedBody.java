package io.sallyport.crl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Takes the body of an answer up to a limit; what is larger is cut off there, and the connection closed. */
final class BoundedBody implements BodySubscriber<byte[]> {
    private final int limit;
    private final boolean wanted;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private @Nullable Subscription subscription;

    /** The body is larger than any that is taken. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;

        TooLarge(int limit) {
            super("larger than " + limit + " bytes");
        }
    }

    private BoundedBody(int limit, boolean wanted) {
        this.limit = limit;
        this.wanted = wanted;
    }

    static BoundedBody upTo(int limit) {
        return new BoundedBody(limit, true);
    }

    /** Takes none of it: an error page may be endless, too. */
    static BoundedBody unwanted() {
        return new BoundedBody(0, false);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        Subscription source = subscription;
        if (source == null || body.isDone()) {
            return;
        }
        for (ByteBuffer buffer : buffers) {
            if (buffer.remaining() > limit - received.size()) {
                source.cancel();
                if (wanted) {
                    body.completeExceptionally(new TooLarge(limit));
                } else {
                    body.complete(new byte[0]);
                }
                return;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            received.write(bytes, 0, bytes.length);
        }
        source.request(1);
    }

    @Override
    public void onError(Throwable fault) {
        body.completeExceptionally(fault);
    }

    @Override
    public void onComplete() {
        body.complete(received.toByteArray());
    }
}
