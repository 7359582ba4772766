package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.Ja4;
import io.sallyport.handshake.wire.ClientHelloParser;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.handshake.wire.ClientHelloResult;
import io.sallyport.handshake.wire.HandshakeHeader;
import io.sallyport.handshake.wire.MalformedHandshakeException;
import io.sallyport.handshake.wire.RecordHeader;
import io.sallyport.handshake.wire.ServerHelloParser;
import java.util.Arrays;

/**
 * Whatever bytes come: no exception escapes, everything ends, and the pieces in which they come make no difference. Starts
 * from the ClientHellos of real clients, which are the files beside this class.
 */
class HandshakeFuzzer {
    /** The first byte says how large the pieces are. */
    @FuzzTest(maxDuration = "60s")
    void readsAnyBytes(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int piece = 1 + (data[0] & 0xFF);
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        readsAlike(bytes, piece);
        tracesAlike(bytes, piece);
        parsesMessages(bytes);
    }

    private static void readsAlike(byte[] bytes, int piece) {
        ClientHelloResult whole = new ClientHelloReader().read(Unpooled.wrappedBuffer(bytes));
        ClientHelloReader reader = new ClientHelloReader();
        for (int length = Math.min(piece, bytes.length);
                length < bytes.length;
                length = Math.min(bytes.length, length + piece)) {
            reader.read(Unpooled.wrappedBuffer(bytes, 0, length));
        }
        assertThat(reader.read(Unpooled.wrappedBuffer(bytes))).isEqualTo(whole);
        if (whole instanceof ClientHelloResult.Complete complete) {
            assertThat(Ja4.of(complete.hello())).matches("[0-9A-Za-z_]{36}");
            assertPrintable(complete.hello().describe());
        }
    }

    private static void tracesAlike(byte[] bytes, int piece) {
        HandshakeTranscript whole = trace(bytes, Math.max(1, bytes.length));
        assertThat(trace(bytes, piece)).isEqualTo(whole);
        assertThat(whole.bytesFromClient()).isEqualTo(bytes.length);
        whole.steps().forEach(step -> assertPrintable(step.detail()));
    }

    /** The bytes as both sides' own: each direction is read by other rules. */
    private static HandshakeTranscript trace(byte[] bytes, int piece) {
        HandshakeTrace trace = HandshakeTrace.ofClient(0);
        for (Direction direction : Direction.values()) {
            for (int at = 0; at < bytes.length; at += piece) {
                trace.onBytes(direction, Unpooled.wrappedBuffer(bytes, at, Math.min(piece, bytes.length - at)), 0);
            }
        }
        return trace.snapshot();
    }

    private static void parsesMessages(byte[] bytes) {
        int start = Math.min(bytes.length, RecordHeader.LENGTH + HandshakeHeader.LENGTH);
        try {
            assertPrintable(ClientHelloParser.parse(Unpooled.wrappedBuffer(bytes, start, bytes.length - start))
                    .describe());
        } catch (MalformedHandshakeException e) {
            assertPrintable(e.detail());
        }
        try {
            assertPrintable(ServerHelloParser.parse(Unpooled.wrappedBuffer(bytes, start, bytes.length - start), null)
                    .describe());
        } catch (MalformedHandshakeException e) {
            assertPrintable(e.detail());
        }
    }

    private static void assertPrintable(String text) {
        assertThat(text.chars()).allMatch(character -> character >= ' ' && character <= '~');
    }
}
