package io.sallyport.tls.spiffe;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import io.sallyport.text.SafeText;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a gRPC server says beside its messages (gRPC over HTTP/2, "Responses"): hands the data on, and tells of the end. */
final class GrpcStatusHandler extends ChannelInboundHandlerAdapter {
    private static final int LONGEST_DETAIL = 500;
    private static final String OK = "0";

    /** By their numbers. */
    private static final List<String> NAMES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private final Consumer<WorkloadException> onEnd;
    private boolean answered;

    GrpcStatusHandler(Consumer<WorkloadException> onEnd) {
        this.onEnd = onEnd;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Http2DataFrame data) {
            context.fireChannelRead(data.content());
            if (data.isEndStream()) {
                end(UpdateResult.UNUSABLE, "no gRPC: the stream ends without a status");
            }
            return;
        }
        if (message instanceof Http2HeadersFrame frame) {
            read(frame.headers(), frame.isEndStream());
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            end(UpdateResult.ENDED, "the stream was reset with the HTTP/2 error " + reset.errorCode());
        }
        ReferenceCountUtil.release(event);
    }

    private void read(Http2Headers headers, boolean last) {
        if (!answered && !"200".contentEquals(String.valueOf(headers.status()))) {
            end(UpdateResult.UNUSABLE, "no gRPC: HTTP status " + line(headers.status()));
            return;
        }
        answered = true;
        if (!last) {
            return;
        }
        @Nullable CharSequence status = headers.get("grpc-status");
        if (status == null) {
            end(UpdateResult.UNUSABLE, "no gRPC: the stream ends without a status");
        } else if (OK.contentEquals(status)) {
            end(UpdateResult.ENDED, "the stream was ended");
        } else {
            @Nullable CharSequence words = headers.get("grpc-message");
            end(UpdateResult.REFUSED, name(status) + (words == null ? "" : ": " + line(words)));
        }
    }

    private static String name(CharSequence status) {
        String text = line(status);
        return NAMES.stream()
                .filter(name -> text.equals(String.valueOf(NAMES.indexOf(name))))
                .findFirst()
                .orElse("gRPC status " + text);
    }

    private void end(UpdateResult result, String detail) {
        onEnd.accept(new WorkloadException(result, detail));
    }

    private static String line(@Nullable CharSequence text) {
        return SafeText.line(String.valueOf(text), LONGEST_DETAIL);
    }
}
