package io.sallyport.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.handshake.trace.Direction;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes full handshakes between two BoringSSL engines in memory, and keeps the bytes that pass. */
final class RecordedHandshake implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SslContext server;
    private final SslContext client;
    private final ByteBuffer toServer = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer toClient = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(BUFFER);
    private long serverNanos;

    record Flight(Direction direction, ByteBuf bytes) {}

    RecordedHandshake(String version) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        server = SslContextBuilder.forServer(pair.getPrivate(), certificate(pair))
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .protocols(version)
                .build();
        client = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .protocols(version)
                .endpointIdentificationAlgorithm("")
                .build();
    }

    /** One full handshake; the flights are added to the list in the order in which they pass, unless it is null. */
    void run(List<Flight> flights) throws SSLException {
        // Without the server's name: with it, Netty's client would resume from the second on.
        SSLEngine from = client.newEngine(UnpooledByteBufAllocator.DEFAULT);
        long begun = System.nanoTime();
        SSLEngine to = server.newEngine(UnpooledByteBufAllocator.DEFAULT);
        serverNanos += System.nanoTime() - begun;
        try {
            from.beginHandshake();
            while (isBusy(from) || isBusy(to)) {
                write(from, toServer, Direction.CLIENT_TO_SERVER, flights);
                begun = System.nanoTime();
                read(to, toServer);
                write(to, toClient, Direction.SERVER_TO_CLIENT, flights);
                serverNanos += System.nanoTime() - begun;
                read(from, toClient);
            }
        } finally {
            begun = System.nanoTime();
            ReferenceCountUtil.release(to);
            serverNanos += System.nanoTime() - begun;
            ReferenceCountUtil.release(from);
        }
    }

    /** What the server's side of all handshakes since the last call took. */
    long takeServerNanos() {
        long nanos = serverNanos;
        serverNanos = 0;
        return nanos;
    }

    List<Flight> flights() throws SSLException {
        List<Flight> flights = new ArrayList<>();
        run(flights);
        return flights;
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(client);
        ReferenceCountUtil.release(server);
    }

    private static boolean isBusy(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void write(SSLEngine engine, ByteBuffer out, Direction direction, List<Flight> flights)
            throws SSLException {
        int from = out.position();
        int before;
        do {
            before = out.position();
            runTasks(engine);
            engine.wrap(NOTHING, out);
        } while (out.position() > before && isBusy(engine));
        if (flights != null && out.position() > from) {
            ByteBuffer written = out.duplicate().flip().position(from);
            flights.add(new Flight(direction, Unpooled.directBuffer().writeBytes(written)));
        }
    }

    private void read(SSLEngine engine, ByteBuffer in) throws SSLException {
        in.flip();
        int before;
        do {
            before = in.remaining();
            plain.clear();
            engine.unwrap(in, plain);
            runTasks(engine);
        } while (in.remaining() < before);
        in.compact();
    }

    private static void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private static X509Certificate certificate(KeyPair pair) throws Exception {
        long now = System.currentTimeMillis();
        X500Name name = new X500Name("CN=client.example");
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                new Date(now - 86_400_000),
                                new Date(now + 86_400_000),
                                name,
                                pair.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    }
}
