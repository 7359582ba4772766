package io.sallyport.handshake.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.HelloBytes;
import io.sallyport.handshake.HelloCapture;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.wire.ClientHello;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a trace of a full handshake holds: at most what it allocates, which can be counted. */
class HandshakeTraceCostTest {
    private static final int MAX_HEAP = 4096;
    private static final int HANDSHAKES = 2_000;

    @Test
    void aHandshakeInProgressHoldsLessThan4KiB() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuf[] flights = flights();
        ClientHello hello = HelloCapture.read(HelloCapture.boringSsl()).hello();
        run(hello, flights);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < HANDSHAKES; i++) {
            run(hello, flights);
        }
        long perHandshake = (threads.getCurrentThreadAllocatedBytes() - before) / HANDSHAKES;

        assertThat(perHandshake).isLessThan(MAX_HEAP);
    }

    private static void run(ClientHello hello, ByteBuf[] flights) {
        HandshakeTrace trace = HandshakeTrace.ofServer(0);
        trace.onBytes(Direction.CLIENT_TO_SERVER, flights[0], 1);
        trace.onClientHello(hello);
        trace.onBytes(Direction.SERVER_TO_CLIENT, flights[1], 2);
        trace.onBytes(Direction.CLIENT_TO_SERVER, flights[2], 3);
        assertThat(trace.serverHello()).isNotNull();
    }

    /** A post-quantum ClientHello, and answers of the usual sizes. */
    private static ByteBuf[] flights() throws Exception {
        ByteBuf body = Unpooled.buffer()
                .writeShort(0x0303)
                .writeZero(32)
                .writeByte(0)
                .writeShort(0x1301)
                .writeByte(0);
        body.writeShort(6 + 8 + 1120).writeShort(43).writeShort(2).writeShort(0x0304);
        body.writeShort(51).writeShort(1124).writeShort(0x11EC).writeShort(1120).writeZero(1120);
        byte[] serverHello = HelloBytes.message(HandshakeTypes.SERVER_HELLO, ByteBufUtil.getBytes(body));
        byte[] change = HelloBytes.record(ContentTypes.CHANGE_CIPHER_SPEC, new byte[] {1});
        return new ByteBuf[] {
            Unpooled.wrappedBuffer(HelloCapture.boringSsl()),
            Unpooled.wrappedBuffer(
                    HelloBytes.records(serverHello, 16_384),
                    change,
                    HelloBytes.record(ContentTypes.APPLICATION_DATA, new byte[1_200])),
            Unpooled.wrappedBuffer(change, HelloBytes.record(ContentTypes.APPLICATION_DATA, new byte[53]))
        };
    }
}
