package io.sallyport.handshake;

import io.netty.buffer.Unpooled;
import io.sallyport.handshake.RecordedHandshake.Chunk;
import io.sallyport.handshake.trace.Direction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** A handshake between two engines, without a socket between them. */
final class EngineHandshake {
    private static final int BUFFER = 64 * 1024;
    private static final int MAX_TURNS = 50;

    private final SSLEngine client;
    private final SSLEngine server;
    private final ByteBuffer toServer = ByteBuffer.allocate(BUFFER);
    private final ByteBuffer toClient = ByteBuffer.allocate(BUFFER);
    private final List<Chunk> chunks = new ArrayList<>();
    private boolean failed;

    private EngineHandshake(SSLEngine client, SSLEngine server) {
        this.client = client;
        this.server = server;
    }

    /** The bytes up to the end of the handshake, or to the alert that ends it. */
    static RecordedHandshake between(SSLEngine client, SSLEngine server) throws SSLException {
        return new EngineHandshake(client, server).run();
    }

    private RecordedHandshake run() throws SSLException {
        client.beginHandshake();
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            write(client, toServer, Direction.CLIENT_TO_SERVER);
            read(server, toServer);
            write(server, toClient, Direction.SERVER_TO_CLIENT);
            read(client, toClient);
            if (failed || isDone()) {
                return new RecordedHandshake(List.copyOf(chunks));
            }
        }
        throw new IllegalStateException("no end: " + client.getHandshakeStatus() + ", " + server.getHandshakeStatus());
    }

    private boolean isDone() {
        return client.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && server.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && toServer.position() == 0
                && toClient.position() == 0;
    }

    private void write(SSLEngine engine, ByteBuffer out, Direction direction) {
        int from = out.position();
        try {
            int before;
            do {
                before = out.position();
                runTasks(engine);
                engine.wrap(ByteBuffer.allocate(0), out);
            } while (out.position() > before);
        } catch (SSLException e) {
            // The engine failed before, and has written its alert.
            failed = true;
        }
        if (out.position() > from) {
            ByteBuffer written = out.duplicate().flip().position(from);
            chunks.add(new Chunk(direction, Unpooled.copiedBuffer(written)));
        }
    }

    private static void read(SSLEngine engine, ByteBuffer in) {
        in.flip();
        try {
            int before;
            do {
                before = in.remaining();
                engine.unwrap(in, ByteBuffer.allocate(BUFFER));
                runTasks(engine);
            } while (in.remaining() < before);
        } catch (SSLException e) {
            // The alert that tells the peer goes out with the next write.
            in.position(in.limit());
        }
        in.compact();
    }

    private static void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }
}
