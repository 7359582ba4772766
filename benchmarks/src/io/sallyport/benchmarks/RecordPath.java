package io.sallyport.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.trust.NoClientCertificates;
import io.sallyport.tls.material.OcspResponses;
import io.sallyport.tls.record.RecordHandler;
import io.sallyport.tls.context.RsaAccelerator;
import io.sallyport.tls.context.SessionIdContext;
import io.sallyport.tls.context.ContextPool;
import io.sallyport.tls.context.ContextSettings;
import io.sallyport.tls.context.TlsContexts;
import io.sallyport.tls.context.TlsPolicy;
import io.sallyport.tls.path.TrustAnchors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Server and client of one established TLS 1.3 connection in embedded channels.
 *
 * <p>The server's side is what is measured. The client is the JDK's, which lets one choose the suite, and makes its records
 * beforehand.
 */
final class RecordPath implements AutoCloseable {
    private static final String NAME = "tls";

    /** What one read of a socket may bring. */
    private static final int READ = 64 << 10;

    private final EmbeddedChannel server = new EmbeddedChannel();
    private final EmbeddedChannel client = new EmbeddedChannel();
    private final Counter counter = new Counter();
    private final Runnable release;

    private RecordPath(SslHandler serverTls, SslHandler clientTls, Runnable release) {
        this.release = release;
        server.pipeline().addLast(NAME, serverTls).addLast(counter);
        client.pipeline().addLast(clientTls);
        while (!serverTls.handshakeFuture().isDone() || !clientTls.handshakeFuture().isDone()) {
            boolean moved = move(client, server);
            if (!move(server, client) && !moved) {
                throw new IllegalStateException("the handshake stands still");
            }
        }
        if (!serverTls.handshakeFuture().isSuccess()) {
            throw new IllegalStateException(serverTls.handshakeFuture().cause());
        }
    }

    /** Sallyport's: its context, and after the handshake the handler that it puts into SslHandler's place. */
    static RecordPath sallyport(Material material, String suite) throws Exception {
        TlsConfig tls = Objects.requireNonNull(ConfigLoader.load(
                                """
                                sallyport {
                                  listeners.https { bind = "127.0.0.1:0", backend = app, tls.certificates = [
                                    { chain = "%s", key = "%s" } ] }
                                  backends.app.servers = [ "127.0.0.1:1" ]
                                }
                                """.formatted(material.server().chain(), material.server().key()),
                                "benchmark",
                                Path.of("."))
                        .listeners()
                        .get("https"))
                .tls();
        ClientAuthConfig clientAuth = tls.clientAuth();
        ContextPool pool = new ContextPool();
        TlsContexts contexts = TlsContexts.build(
                new ContextSettings(
                        TlsPolicy.of(tls.policy()),
                        clientAuth.mode(),
                        new NoClientCertificates(),
                        "nobody",
                        tls.session(),
                        SessionIdContext.of("https", clientAuth, new TrustAnchors(List.of())),
                        List.of(),
                        null,
                        new LiveContexts(),
                        tls.rsaSigning(),
                        new RsaAccelerator()),
                List.of(new KeyMaterial(
                        "benchmark",
                        KeyAlgorithm.EC,
                        material.server().keys().getPrivate(),
                        List.of(material.server().certificate()),
                        List.of("localhost"))),
                OcspResponses.none(),
                pool);
        SslHandler handler = contexts.first().newHandler(ByteBufAllocator.DEFAULT);
        RecordPath path = new RecordPath(handler, clientOf(suite), pool::release);
        ChannelHandlerContext place = path.server.pipeline().context(handler);
        if (RecordHandler.replace(place, NAME, handler) == null) {
            throw new IllegalStateException("no record path of our own");
        }
        return path;
    }

    /** The baseline: SslHandler on the JDK's engine. */
    static RecordPath jdk(Material material, String suite) throws Exception {
        SslContext context = SslContextBuilder.forServer(
                        material.server().keys().getPrivate(),
                        material.server().certificate())
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3")
                .ciphers(List.of(suite))
                .build();
        return new RecordPath(context.newHandler(ByteBufAllocator.DEFAULT), clientOf(suite), () -> {});
    }

    private static SslHandler clientOf(String suite) throws Exception {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("")
                .protocols("TLSv1.3")
                .ciphers(List.of(suite))
                .build()
                .newHandler(ByteBufAllocator.DEFAULT);
    }

    /** Records of the client with {@code size} bytes each, as they would come out of the socket. */
    List<ByteBuf> clientRecords(int size, int total) {
        ByteBuf stream = client.alloc().directBuffer(total + total / 8);
        for (int sent = 0; sent < total; sent += size) {
            client.writeOutbound(client.alloc().directBuffer(size).writeZero(size));
            for (ByteBuf record = client.readOutbound(); record != null; record = client.readOutbound()) {
                stream.writeBytes(record);
                record.release();
            }
        }
        List<ByteBuf> reads = new ArrayList<>();
        while (stream.isReadable()) {
            reads.add(stream.readBytes(Math.min(READ, stream.readableBytes())));
        }
        stream.release();
        return reads;
    }

    /** Takes what {@link #clientRecords} made; returns the bytes of plaintext that came out. */
    long toBackend(List<ByteBuf> reads) {
        counter.bytes = 0;
        reads.forEach(server::writeOneInbound);
        server.flushInbound();
        return counter.bytes;
    }

    /** Writes {@code total} bytes in pieces, each a record; returns the bytes of records that came out. */
    long toClient(ByteBuf piece, int total) {
        long bytes = 0;
        for (int sent = 0; sent < total; sent += piece.readableBytes()) {
            server.writeOutbound(piece.retainedDuplicate());
            for (ByteBuf record = server.readOutbound(); record != null; record = server.readOutbound()) {
                bytes += record.readableBytes();
                record.release();
            }
        }
        return bytes;
    }

    ByteBuf piece(int size) {
        return server.alloc().directBuffer(size).writeZero(size);
    }

    @Override
    public void close() {
        server.finishAndReleaseAll();
        client.finishAndReleaseAll();
        release.run();
    }

    private static boolean move(EmbeddedChannel from, EmbeddedChannel to) {
        boolean moved = false;
        from.runPendingTasks();
        for (Object bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            to.writeInbound(bytes);
            moved = true;
        }
        return moved;
    }

    private static final class Counter extends ChannelInboundHandlerAdapter {
        private long bytes;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            bytes += ((ByteBuf) message).readableBytes();
            ReferenceCountUtil.release(message);
        }
    }
}
