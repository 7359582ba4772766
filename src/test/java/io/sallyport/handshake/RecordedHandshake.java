package io.sallyport.handshake;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The bytes of one connection, in the order in which they passed. */
public record RecordedHandshake(List<Chunk> chunks) {
    private static final int TIMEOUT_MILLIS = 60_000;

    record Chunk(Direction direction, ByteBuf bytes) {}

    /** Runs a client, in whose words PORT stands for a port, against a server through a relay that records. */
    static RecordedHandshake through(int serverPort, List<String> client, ProcessBuilder.Redirect input)
            throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket relay = new ServerSocket(0, 1, loopback)) {
            relay.setSoTimeout(TIMEOUT_MILLIS);
            String port = Integer.toString(relay.getLocalPort());
            Process process = new ProcessBuilder(client.stream()
                            .map(word -> word.replace("PORT", port))
                            .toList())
                    .redirectInput(input)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (Socket left = relay.accept();
                    Socket right = new Socket(loopback, serverPort)) {
                return pump(left, right);
            } finally {
                process.waitFor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
                process.destroyForcibly();
            }
        }
    }

    private static RecordedHandshake pump(Socket client, Socket server) throws Exception {
        List<Chunk> chunks = new ArrayList<>();
        Thread forth = new Thread(() -> copy(client, server, Direction.CLIENT_TO_SERVER, chunks));
        forth.start();
        copy(server, client, Direction.SERVER_TO_CLIENT, chunks);
        forth.join(TIMEOUT_MILLIS);
        synchronized (chunks) {
            return new RecordedHandshake(List.copyOf(chunks));
        }
    }

    /** Reads to the end even when the other side takes no more: what it says last, an alert, must not be lost. */
    private static void copy(Socket from, Socket to, Direction direction, List<Chunk> chunks) {
        byte[] buffer = new byte[32 * 1024];
        try {
            from.setSoTimeout(TIMEOUT_MILLIS);
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                synchronized (chunks) {
                    chunks.add(new Chunk(direction, Unpooled.copiedBuffer(buffer, 0, read)));
                }
                writeIfOpen(to, buffer, read);
            }
        } catch (IOException e) {
            // A reset ends a direction like an end of file.
        }
        shutDownOutput(to);
    }

    private static void writeIfOpen(Socket to, byte[] bytes, int length) {
        try {
            to.getOutputStream().write(bytes, 0, length);
        } catch (IOException e) {
            // It has left; the bytes are recorded all the same.
        }
    }

    private static void shutDownOutput(Socket to) {
        try {
            to.shutdownOutput();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    /** The transcript of a trace that sees every chunk as it passed; its times are all 0. */
    public HandshakeTranscript transcript() {
        return replay(HandshakeTrace.ofClient(0), Integer.MAX_VALUE, null);
    }

    /** The transcript of a trace that sees the same bytes in pieces of at most the given length. */
    public HandshakeTranscript transcriptOfPieces(int length) {
        return replay(HandshakeTrace.ofClient(0), length, null);
    }

    /** The transcript of a trace that sees the same bytes in pieces of 1..64 bytes. */
    public HandshakeTranscript transcriptOfPieces(Random random) {
        return replay(HandshakeTrace.ofClient(0), 64, random);
    }

    /** The transcript of a server's trace, which is given the first ClientHello before any byte. */
    public HandshakeTranscript transcriptOfServer() {
        HandshakeTrace trace = HandshakeTrace.ofServer(0);
        trace.onClientHello(HelloCapture.read(bytesFromClient()).hello());
        return replay(trace, Integer.MAX_VALUE, null);
    }

    byte[] bytesFromClient() {
        ByteBuf all = Unpooled.buffer();
        for (Chunk chunk : chunks) {
            if (chunk.direction() == Direction.CLIENT_TO_SERVER) {
                all.writeBytes(chunk.bytes().duplicate());
            }
        }
        return ByteBufUtil.getBytes(all);
    }

    HandshakeTranscript replay(HandshakeTrace trace, int maxPiece, @Nullable Random random) {
        for (Chunk chunk : chunks) {
            for (ByteBuf rest = chunk.bytes().duplicate(); rest.isReadable(); ) {
                int piece = random == null ? maxPiece : 1 + random.nextInt(maxPiece);
                trace.onBytes(chunk.direction(), rest.readSlice(Math.min(piece, rest.readableBytes())), 0);
            }
        }
        return trace.snapshot();
    }
}
