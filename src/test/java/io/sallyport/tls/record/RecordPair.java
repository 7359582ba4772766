package io.sallyport.tls.record;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import io.sallyport.testing.IssuedCertificate;
import io.sallyport.tls.trust.NoClientCertificates;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The two ends of an established connection in embedded channels: the record path, and a client on the JDK's TLS. */
final class RecordPair implements AutoCloseable {
    private static final String TLS = "tls";

    /** Where the code above the record path closes the channel. */
    enum ClosesIn {
        READ,
        READ_COMPLETE,
        EXCEPTION,
        CLOSE_NOTIFY
    }

    private final FailingAllocator allocations = new FailingAllocator();
    private final EmbeddedChannel server = new EmbeddedChannel();
    private final EmbeddedChannel client = new EmbeddedChannel();
    private final SslContext serverContext;
    private final SslContext clientContext;
    private final Above above = new Above();
    private final ByteArrayOutputStream toClient = new ByteArrayOutputStream();
    private final ReferenceCounted engine;
    private final RecordHandler records;

    private RecordPair(SslContext serverContext, SslContext clientContext) {
        this.serverContext = serverContext;
        this.clientContext = clientContext;
        server.config().setAllocator(allocations);
        SslHandler serverTls = serverContext.newHandler(allocations);
        SslHandler clientTls = clientContext.newHandler(client.alloc());
        engine = (ReferenceCounted) serverTls.engine();
        server.pipeline().addLast(TLS, serverTls).addLast(above);
        client.pipeline().addLast(clientTls);
        while (!serverTls.handshakeFuture().isDone()
                || !clientTls.handshakeFuture().isDone()) {
            pump();
        }
        pump();
        records = Objects.requireNonNull(RecordHandler.replace(server.pipeline().context(serverTls), TLS, serverTls));
    }

    static RecordPair connect(IssuedCertificate certificate, String version) throws Exception {
        SslContext serverContext = SslContextBuilder.forServer(
                        certificate.key(), certificate.chain().toArray(new X509Certificate[0]))
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(new NoClientCertificates())
                .protocols(version)
                .build();
        SslContext clientContext = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("")
                .protocols(version)
                .build();
        return new RecordPair(serverContext, clientContext);
    }

    RecordHandler records() {
        return records;
    }

    FailingAllocator allocations() {
        return allocations;
    }

    List<Throwable> failures() {
        return above.failures;
    }

    byte[] receivedByServer() {
        return above.received.toByteArray();
    }

    byte[] receivedByClient() {
        return toClient.toByteArray();
    }

    int engineReferences() {
        return engine.refCnt();
    }

    boolean isClosed() {
        return !server.isOpen();
    }

    void closeIn(ClosesIn where) {
        above.closesIn = where;
    }

    /** The bytes of one write of the client, not yet sent. */
    byte[] clientRecord(byte[] data) {
        client.writeOutbound(Unpooled.copiedBuffer(data));
        return outbound(client);
    }

    byte[] clientCloseNotify() {
        client.close();
        return outbound(client);
    }

    /** One write of the client, in pieces of any size. */
    void clientSends(byte[] data, Random random) {
        ByteBuf stream = Unpooled.wrappedBuffer(clientRecord(data));
        while (stream.isReadable()) {
            int size = 1 + random.nextInt(random.nextBoolean() ? 10 : stream.readableBytes());
            serverReads(stream.readBytes(Math.min(size, stream.readableBytes())));
        }
        stream.release();
        pump();
    }

    /** One read of the socket, which always brings a direct buffer. */
    void serverReads(ByteBuf bytes) {
        ByteBuf direct = Unpooled.directBuffer(bytes.readableBytes()).writeBytes(bytes);
        bytes.release();
        server.pipeline().fireChannelRead(direct);
        server.pipeline().fireChannelReadComplete();
        server.runPendingTasks();
    }

    void serverSends(byte[] data) {
        write(Unpooled.copiedBuffer(data));
        pump();
    }

    ChannelFuture write(ByteBuf data) {
        ChannelFuture written = server.writeAndFlush(data);
        server.runPendingTasks();
        return written;
    }

    void closeServer() {
        server.close();
        server.runPendingTasks();
    }

    @Override
    public void close() {
        allocations.failAfter(Integer.MAX_VALUE);
        server.finishAndReleaseAll();
        client.finishAndReleaseAll();
        ReferenceCountUtil.release(serverContext);
        ReferenceCountUtil.release(clientContext);
    }

    private void pump() {
        byte[] fromClient = outbound(client);
        if (fromClient.length > 0) {
            serverReads(Unpooled.wrappedBuffer(fromClient));
        }
        byte[] fromServer = outbound(server);
        if (fromServer.length > 0 && client.isOpen()) {
            client.writeInbound(Unpooled.copiedBuffer(fromServer));
        }
        for (ByteBuf data = client.readInbound(); data != null; data = client.readInbound()) {
            toClient.writeBytes(ByteBufUtil.getBytes(data));
            data.release();
        }
    }

    private static byte[] outbound(EmbeddedChannel channel) {
        channel.runPendingTasks();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf data = channel.readOutbound(); data != null; data = channel.readOutbound()) {
            all.writeBytes(ByteBufUtil.getBytes(data));
            data.release();
        }
        return all.toByteArray();
    }

    /** What the proxy would be. */
    private static final class Above extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final List<Throwable> failures = new ArrayList<>();
        private @Nullable ClosesIn closesIn;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf data = (ByteBuf) message;
            received.writeBytes(ByteBufUtil.getBytes(data));
            data.release();
            closeIf(ctx, ClosesIn.READ);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            closeIf(ctx, ClosesIn.READ_COMPLETE);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == SslCloseCompletionEvent.SUCCESS) {
                closeIf(ctx, ClosesIn.CLOSE_NOTIFY);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failures.add(cause);
            closeIf(ctx, ClosesIn.EXCEPTION);
        }

        private void closeIf(ChannelHandlerContext ctx, ClosesIn where) {
            if (closesIn == where) {
                ctx.close();
            }
        }
    }

    /** Gives as many direct buffers as it is told to, and then says that there is no memory. */
    static final class FailingAllocator extends AbstractByteBufAllocator {
        private final UnpooledByteBufAllocator real = new UnpooledByteBufAllocator(true);
        private int left = Integer.MAX_VALUE;

        FailingAllocator() {
            super(true);
        }

        void failAfter(int good) {
            left = good;
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (left-- <= 0) {
                throw new OutOfMemoryError("as the test wants it");
            }
            return real.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return real.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
