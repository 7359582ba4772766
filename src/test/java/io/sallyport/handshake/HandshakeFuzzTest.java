package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.Ja4;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.ClientHelloParser;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.handshake.wire.ClientHelloResult;
import io.sallyport.handshake.wire.HandshakeHeader;
import io.sallyport.handshake.wire.MalformedHandshakeException;
import io.sallyport.handshake.wire.RecordHeader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Mutations of real and of hand-made messages: nothing but the declared exception escapes, everything ends, and memory stays
 * in proportion to the bytes.
 */
class HandshakeFuzzTest {
    private static final int ROUNDS = 100_000;
    // Objects around a tiny message, and what a byte can cost at most: protocol names of one byte each.
    private static final long ALLOCATED_BASE = 16_384;
    private static final long ALLOCATED_PER_BYTE = 64;

    private final Random random = new Random(20_261_123);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<byte[]> corpus = new ArrayList<>();

    @BeforeEach
    void gatherCorpus() throws Exception {
        corpus.addAll(HelloCapture.all().values());
        byte[] message = new HelloBytes().serverName("example.com").message();
        corpus.add(HelloBytes.records(message, 16_384));
        corpus.add(HelloBytes.records(message, 20));
    }

    @Test
    void aMutatedHelloIsReadOrRefused() {
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutate(corpus.get(random.nextInt(corpus.size())));
            ByteBuf body = Unpooled.wrappedBuffer(bytes);
            body.skipBytes(Math.min(bytes.length, RecordHeader.LENGTH + HandshakeHeader.LENGTH));
            refused += inProportion(bytes.length, () -> isRefused(body)) ? 1 : 0;
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static boolean isRefused(ByteBuf body) {
        try {
            ClientHello hello = ClientHelloParser.parse(body);
            assertThat(Ja4.of(hello)).hasSize(36);
            return hello.describe().isEmpty();
        } catch (MalformedHandshakeException e) {
            return true;
        }
    }

    @Test
    void aMutatedStreamIsReadAlikeInAnyPieces() {
        for (int round = 0; round < ROUNDS / 40; round++) {
            byte[] bytes = mutate(corpus.get(random.nextInt(corpus.size())));
            ClientHelloResult whole =
                    inProportion(bytes.length, () -> new ClientHelloReader().read(Unpooled.wrappedBuffer(bytes)));

            ClientHelloReader reader = new ClientHelloReader();
            ClientHelloResult inPieces = reader.read(Unpooled.EMPTY_BUFFER);
            for (int length = 0;
                    length < bytes.length;
                    length = Math.min(bytes.length, length + 1 + random.nextInt(99))) {
                inPieces = reader.read(Unpooled.wrappedBuffer(bytes, 0, length));
            }
            inPieces = reader.read(Unpooled.wrappedBuffer(bytes));
            assertThat(inPieces).isEqualTo(whole);
        }
    }

    @Test
    void aTraceOfMutatedBytesNeverThrowsAndSeesTheSameInAnyPieces() {
        for (int round = 0; round < ROUNDS / 40; round++) {
            byte[] client = mutate(corpus.get(random.nextInt(corpus.size())));
            byte[] server = mutate(serverFlight());
            HandshakeTranscript whole =
                    inProportion(client.length + server.length, () -> trace(client, server, 1 << 20));

            assertThat(whole.bytesFromClient()).isEqualTo(client.length);
            assertThat(whole.bytesFromServer()).isEqualTo(server.length);
            for (HandshakeTranscript.Step step : whole.steps()) {
                assertThat(step.detail().chars()).allMatch(character -> character >= ' ' && character <= '~');
            }
            assertThat(trace(client, server, 1 + random.nextInt(40))).isEqualTo(whole);
        }
    }

    private static HandshakeTranscript trace(byte[] client, byte[] server, int piece) {
        HandshakeTrace trace = HandshakeTrace.ofClient(0);
        feed(trace, Direction.CLIENT_TO_SERVER, client, piece);
        feed(trace, Direction.SERVER_TO_CLIENT, server, piece);
        return trace.snapshot();
    }

    private static void feed(HandshakeTrace trace, Direction direction, byte[] bytes, int piece) {
        for (int at = 0; at < bytes.length; at += piece) {
            trace.onBytes(direction, Unpooled.wrappedBuffer(bytes, at, Math.min(piece, bytes.length - at)), 0);
        }
    }

    /** A flight of TLS 1.2 with every message that is read, its contents at random. */
    private byte[] serverFlight() {
        ByteBuf messages = Unpooled.buffer();
        byte[] head = new byte[38];
        head[0] = 3;
        head[1] = 3;
        head[35] = (byte) 0xC0;
        head[36] = 0x2B;
        messages.writeBytes(HelloBytes.message(HandshakeTypes.SERVER_HELLO, head));
        for (int type : new int[] {
            HandshakeTypes.CERTIFICATE,
            HandshakeTypes.SERVER_KEY_EXCHANGE,
            HandshakeTypes.CERTIFICATE_REQUEST,
            HandshakeTypes.NEW_SESSION_TICKET,
            HandshakeTypes.CERTIFICATE_VERIFY,
            HandshakeTypes.CLIENT_KEY_EXCHANGE
        }) {
            byte[] body = new byte[random.nextInt(300)];
            for (int i = 0; i < body.length; i++) {
                body[i] = (byte) random.nextInt(random.nextBoolean() ? 4 : 256);
            }
            messages.writeBytes(HelloBytes.message(type, body));
        }
        byte[] all = ByteBufUtil.getBytes(messages);
        return HelloBytes.records(all, 1 + random.nextInt(all.length));
    }

    /** One to six edits: a byte changed, a run removed, repeated or filled, the end cut off. */
    private byte[] mutate(byte[] original) {
        ByteBuf bytes = Unpooled.copiedBuffer(original);
        for (int edits = 1 + random.nextInt(6); edits > 0 && bytes.isReadable(); edits--) {
            int at = random.nextInt(bytes.readableBytes());
            int run = Math.min(1 + random.nextInt(8), bytes.readableBytes() - at);
            switch (random.nextInt(6)) {
                case 0 -> bytes.setByte(at, random.nextInt(256));
                case 1 -> bytes.setByte(at, bytes.getByte(at) ^ 1 << random.nextInt(8));
                case 2 -> bytes.setByte(at, random.nextBoolean() ? 0 : 0xFF);
                case 3 -> bytes = Unpooled.copiedBuffer(bytes.slice(0, at), rest(bytes, at + run));
                case 4 -> bytes = Unpooled.copiedBuffer(bytes.slice(0, at + run), rest(bytes, at));
                default -> bytes.writerIndex(random.nextInt(8) == 0 ? at : bytes.writerIndex());
            }
        }
        return ByteBufUtil.getBytes(bytes);
    }

    private static ByteBuf rest(ByteBuf bytes, int from) {
        return bytes.slice(from, bytes.readableBytes() - from);
    }

    /** Reads, and reads again where it allocated too much: the first time may have loaded a class. */
    private <T> T inProportion(int bytes, Supplier<T> reading) {
        T result = reading.get();
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 3 && allocated > ALLOCATED_BASE + ALLOCATED_PER_BYTE * bytes; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            result = reading.get();
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isLessThanOrEqualTo(ALLOCATED_BASE + ALLOCATED_PER_BYTE * bytes);
        return result;
    }
}
