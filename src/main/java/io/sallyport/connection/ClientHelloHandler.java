package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.sallyport.connection.RouteTable.Choice;
import io.sallyport.connection.relay.Handlers;
import io.sallyport.diagnosis.FailureDetail;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.handshake.wire.ClientHelloResult;
import io.sallyport.handshake.wire.ClientHelloResult.Complete;
import io.sallyport.handshake.wire.ClientHelloResult.Malformed;
import io.sallyport.handshake.wire.ClientHelloResult.NotTls;
import io.sallyport.handshake.wire.ClientHelloResult.TooLarge;
import io.sallyport.handshake.wire.FirstBytes;
import io.sallyport.handshake.wire.MalformedHandshakeException.Reason;
import io.sallyport.tls.record.HandshakeRecordsHandler;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the ClientHello, asks the connection for the TLS handler that it is for, and gives its place to that handler
 * with every byte so far.
 */
final class ClientHelloHandler extends ChannelInboundHandlerAdapter {
    /** A fatal alert record, RFC 8446 section 6, up to its description. */
    private static final byte[] FATAL_ALERT = {21, 3, 3, 0, 2, 2};

    private static final int UNEXPECTED_MESSAGE = 10;
    private static final int ILLEGAL_PARAMETER = 47;

    private static final byte[] PLAIN_HTTP_ANSWER = plainHttpAnswer();

    private final Admission admission;
    private final ClientHelloReader reader;
    private @Nullable ByteBuf received;

    /** @param maxMessage bytes of the longest ClientHello that is read */
    ClientHelloHandler(Admission admission, int maxMessage) {
        this.admission = admission;
        this.reader = new ClientHelloReader(maxMessage);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        admission.onBytes();
        ByteBuf data = (ByteBuf) message;
        received = received == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, data);
        ClientHelloResult result = reader.read(received);
        if (result instanceof Complete complete) {
            follow(ctx, admission.onClientHello(complete.hello()));
        } else if (result instanceof NotTls notTls) {
            refuseOther(ctx, notTls.kind(), received);
        } else if (result instanceof TooLarge large) {
            refuseLarge(ctx, large.length(), large.limit());
        } else if (result instanceof Malformed malformed) {
            FailureReason reason = malformed.reason() == Reason.TOO_MANY_RECORDS
                    ? FailureReason.CLIENT_HELLO_TOO_LARGE
                    : FailureReason.CLIENT_HELLO_MALFORMED;
            refuse(
                    ctx,
                    new HandshakeFailure(reason, HandshakeEnd.ALERT_SENT, malformed.detail()),
                    alert(malformed.reason().alert()));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!admission.waitsForTurn()) {
            ctx.read();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (received == null) {
            return;
        }
        ByteBuf all = received;
        received = null;
        if (ctx.channel().isActive()) {
            ctx.fireChannelRead(all);
            ctx.fireChannelReadComplete();
        } else {
            all.release();
        }
    }

    private void follow(ChannelHandlerContext ctx, Choice choice) {
        if (choice instanceof Choice.Terminate terminate) {
            // Another route of the listener may take more.
            int limit = terminate.context().maxClientHello();
            if (reader.messageLength() > limit) {
                refuseLarge(ctx, reader.messageLength(), limit);
                return;
            }
            if (!admission.hasTurn(() -> follow(ctx, admission.onTurn()))) {
                return;
            }
            handOver(ctx, admission.onTerminate(terminate));
        } else if (choice instanceof Choice.Prove prove) {
            if (!admission.hasTurn(() -> follow(ctx, admission.onTurn()))) {
                return;
            }
            @Nullable SslHandler tls = admission.onProve(prove);
            if (tls == null) {
                follow(ctx, admission.onTurn());
            } else {
                handOver(ctx, tls);
            }
        } else if (choice instanceof Choice.PassThrough passThrough) {
            admission.onPassThrough(passThrough);
            ctx.pipeline().remove(this);
        } else if (choice instanceof Choice.Deny deny) {
            releaseReceived();
            admission.onDenied(deny.detail());
        } else if (choice instanceof Choice.Refuse refuse) {
            refuse(
                    ctx,
                    new HandshakeFailure(refuse.reason(), HandshakeEnd.ALERT_SENT, refuse.detail()),
                    alert(refuse.alert()));
        }
    }

    private void handOver(ChannelHandlerContext ctx, SslHandler tls) {
        ctx.pipeline()
                .addAfter(Handlers.CLIENT_HELLO, Handlers.TLS, tls)
                .replace(this, Handlers.HANDSHAKE_RECORDS, new HandshakeRecordsHandler(tls));
    }

    private void refuseLarge(ChannelHandlerContext ctx, int length, int limit) {
        String detail = length + " bytes (expected: at most " + limit + ")";
        refuse(
                ctx,
                new HandshakeFailure(FailureReason.CLIENT_HELLO_TOO_LARGE, HandshakeEnd.ALERT_SENT, detail),
                alert(ILLEGAL_PARAMETER));
    }

    private void refuseOther(ChannelHandlerContext ctx, FirstBytes kind, ByteBuf first) {
        String start = ByteBufUtil.hexDump(first, first.readerIndex(), Math.min(16, first.readableBytes()));
        FailureReason reason = reason(kind);
        FailureDetail detail = switch (reason) {
            case PLAIN_HTTP -> new FailureDetail.Text("an HTTP request");
            case GARBAGE -> new FailureDetail.Text("first bytes " + start);
            default -> new FailureDetail.OtherProtocol(kind);
        };
        refuse(
                ctx,
                new HandshakeFailure(reason, HandshakeEnd.GARBAGE, detail),
                reason == FailureReason.PLAIN_HTTP
                        ? Unpooled.wrappedBuffer(PLAIN_HTTP_ANSWER)
                        : alert(UNEXPECTED_MESSAGE));
    }

    private static FailureReason reason(FirstBytes kind) {
        return switch (kind) {
            case HTTP -> FailureReason.PLAIN_HTTP;
            case TLS, UNKNOWN -> FailureReason.GARBAGE;
            case PROXY_V1, PROXY_V2 -> FailureReason.UNEXPECTED_PROXY_HEADER;
            case SSLV2_HELLO -> FailureReason.VERSION_TOO_OLD;
            case SSH, SMTP, POSTGRESQL_SSL_REQUEST, REDIS -> FailureReason.OTHER_PROTOCOL;
        };
    }

    private void refuse(ChannelHandlerContext ctx, HandshakeFailure failure, ByteBuf answer) {
        releaseReceived();
        ctx.writeAndFlush(answer);
        admission.onNoClientHello(failure);
    }

    private void releaseReceived() {
        if (received != null) {
            received.release();
            received = null;
        }
    }

    private static byte[] plainHttpAnswer() {
        String body = "This port speaks TLS: use https:// to reach it.\n";
        String head = String.join(
                "\r\n",
                "HTTP/1.1 400 Bad Request",
                "Content-Type: text/plain",
                "Connection: close",
                "Content-Length: " + body.length(),
                "",
                "");
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuf alert(int description) {
        return Unpooled.wrappedBuffer(FATAL_ALERT, new byte[] {(byte) description});
    }
}
