package io.sallyport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Times whole handshakes in memory with one key, signed by BoringSSL and by a signer of our own: BoringSSL has no signature
 * that could be asked for alone.
 */
final class SigningRace {
    private static final int ROUNDS = 12;
    private static final int BUFFER = 32 << 10;
    private static final int MAX_STEPS = 100;

    /** Processor time: on a busy machine the clock would tell of others. */
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private SigningRace() {}

    /**
     * Whether the signer is faster: the best of {@value #ROUNDS} each, taken in turn.
     *
     * @throws Exception where a handshake fails
     */
    static boolean isFaster(KeyMaterial key, OpenSslPrivateKeyMethod signer) throws Exception {
        SslContext client = client();
        SslContext plain = server(SslContextBuilder.forServer(key.key(), key.chainArray()));
        SslContext signed =
                server(SslContextBuilder.forServer(OpenSslX509KeyManagerFactory.newKeyless(key.chainArray()))
                        .option(OpenSslContextOption.PRIVATE_KEY_METHOD, signer));
        try {
            long plainBest = Long.MAX_VALUE;
            long signedBest = Long.MAX_VALUE;
            for (int i = 0; i < ROUNDS; i++) {
                plainBest = Math.min(plainBest, handshakeNanos(client, plain));
                signedBest = Math.min(signedBest, handshakeNanos(client, signed));
            }
            return signedBest < plainBest;
        } finally {
            ReferenceCountUtil.release(client);
            ReferenceCountUtil.release(plain);
            ReferenceCountUtil.release(signed);
        }
    }

    private static SslContext client() throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                // Both ends are in this method's hands.
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("")
                .build();
    }

    private static SslContext server(SslContextBuilder builder) throws SSLException {
        return builder.sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(new NoClientCertificates())
                .build();
    }

    private static long handshakeNanos(SslContext clientContext, SslContext serverContext) throws SSLException {
        SSLEngine client = clientContext.newEngine(ByteBufAllocator.DEFAULT);
        SSLEngine server = serverContext.newEngine(ByteBufAllocator.DEFAULT);
        try {
            long begun = THREADS.getCurrentThreadCpuTime();
            ByteBuffer toServer = ByteBuffer.allocate(BUFFER);
            ByteBuffer toClient = ByteBuffer.allocate(BUFFER);
            client.beginHandshake();
            server.beginHandshake();
            for (int i = 0; i < MAX_STEPS; i++) {
                step(client, toClient, toServer);
                if (client.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
                    // It has verified the signature; the server's end of it takes the same with every signer.
                    return THREADS.getCurrentThreadCpuTime() - begun;
                }
                step(server, toServer, toClient);
            }
            throw new SSLException("the handshake stands still");
        } finally {
            ReferenceCountUtil.release(client);
            ReferenceCountUtil.release(server);
        }
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        in.flip();
        if (in.hasRemaining()) {
            engine.unwrap(in, ByteBuffer.allocate(BUFFER));
        }
        in.compact();
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), out);
        }
    }
}
