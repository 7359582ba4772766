package io.sallyport.handshake.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.sallyport.handshake.HelloBytes;
import io.sallyport.handshake.HelloCapture;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.wire.ClientHelloResult.Complete;
import io.sallyport.handshake.wire.ClientHelloResult.Malformed;
import io.sallyport.handshake.wire.ClientHelloResult.NeedMore;
import io.sallyport.handshake.wire.ClientHelloResult.NotTls;
import io.sallyport.handshake.wire.ClientHelloResult.TooLarge;
import io.sallyport.handshake.wire.MalformedHandshakeException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloReaderTest {
    private static final HelloBytes HELLO = new HelloBytes().serverName("example.com");

    @Test
    void readsAHelloInOnePiece() throws Exception {
        byte[] bytes = HelloBytes.records(HELLO.message(), 16_384);

        assertThat(read(bytes)).isEqualTo(new Complete(HELLO.parse()));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 40, 69, 70})
    void readsAHelloOverManyRecords(int fragment) throws Exception {
        byte[] bytes = HelloBytes.records(HELLO.message(), fragment);

        assertThat(readByteByByte(bytes)).isEqualTo(new Complete(HELLO.parse()));
        assertThat(read(bytes)).isEqualTo(new Complete(HELLO.parse()));
    }

    @Test
    void readsRealHellosInPiecesOfAnySize() throws Exception {
        Random random = new Random(2);
        for (byte[] bytes : HelloCapture.all().values()) {
            ClientHelloResult whole = read(bytes);
            assertThat(whole).isInstanceOf(Complete.class);
            assertThat(readByteByByte(bytes)).isEqualTo(whole);
            for (int round = 0; round < 20; round++) {
                byte[] message = HelloBytes.message(HandshakeTypes.CLIENT_HELLO, HelloCapture.body(bytes));
                byte[] records = HelloBytes.records(message, message.length / 60 + 1 + random.nextInt(message.length));
                ClientHelloReader reader = new ClientHelloReader();
                int shown = 0;
                while (shown < records.length) {
                    assertThat(reader.read(Unpooled.wrappedBuffer(records, 0, shown)))
                            .isInstanceOf(NeedMore.class);
                    shown += 1 + random.nextInt(records.length);
                }
                Complete complete = (Complete) reader.read(Unpooled.wrappedBuffer(records));
                assertThat(complete.hello()).isEqualTo(((Complete) whole).hello());
            }
        }
    }

    @Test
    void findsServerNameInRealHellos() throws Exception {
        HelloCapture.all().forEach((client, bytes) -> {
            ClientHello hello = HelloCapture.read(bytes).hello();
            boolean named = hello.hasExtension(ExtensionTypes.SERVER_NAME);
            assertThat(hello.serverName()).as(client).isEqualTo(named ? "client.example" : null);
        });
    }

    @Test
    void looksAtEachByteABoundedNumberOfTimes() {
        byte[] body = new HelloBytes()
                .extension(ExtensionTypes.PADDING, "00".repeat(16_000))
                .body();
        byte[] bytes = HelloBytes.records(HelloBytes.message(HandshakeTypes.CLIENT_HELLO, body), 300);
        CountingBuffer cumulation = new CountingBuffer(bytes.length);
        ClientHelloReader reader = new ClientHelloReader();
        for (byte each : bytes) {
            cumulation.writeByte(each);
            reader.read(cumulation);
        }

        assertThat(reader.read(cumulation)).isInstanceOf(Complete.class);
        assertThat(cumulation.reads).isLessThan(bytes.length);
    }

    @Test
    void leavesTheIndexesAlone() {
        byte[] bytes = HelloBytes.records(HELLO.message(), 16_384);
        ByteBuf cumulation =
                Unpooled.buffer().writeZero(3).writeBytes(bytes).writeZero(9).readerIndex(3);

        assertThat(new ClientHelloReader().read(cumulation)).isInstanceOf(Complete.class);
        assertThat(cumulation.readerIndex()).isEqualTo(3);
        assertThat(cumulation.writerIndex()).isEqualTo(3 + bytes.length + 9);
    }

    @Test
    void tellsHowMuchHasArrived() {
        byte[] message = HELLO.message();
        byte[] bytes = HelloBytes.records(message, 16_384);
        ClientHelloReader reader = new ClientHelloReader();

        reader.read(Unpooled.wrappedBuffer(bytes, 0, 8));
        assertThat(reader.messageLength()).isEqualTo(-1);
        reader.read(Unpooled.wrappedBuffer(bytes, 0, 25));
        assertThat(reader.messageLength()).isEqualTo(message.length);
    }

    @Test
    void tellsOtherProtocols() {
        byte[] request = "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);

        assertThat(read(request)).isEqualTo(new NotTls(FirstBytes.HTTP));
        assertThat(readByteByByte(request)).isEqualTo(new NotTls(FirstBytes.HTTP));
    }

    @Test
    void tellsATooLargeHelloByItsHeaderAlone() {
        byte[] header = {22, 3, 1, 0x40, 0, 1, 0, 0x40, 1};

        assertThat(read(header)).isEqualTo(new TooLarge(16_384 + 1 + 4, 16_384 + 4));
        assertThat(readByteByByte(header)).isEqualTo(new TooLarge(16_384 + 1 + 4, 16_384 + 4));
    }

    @Test
    void takesTheLargestHello() {
        byte[] empty = new HelloBytes().extension(ExtensionTypes.PADDING, "").body();
        byte[] body = new HelloBytes()
                .extension(ExtensionTypes.PADDING, "00".repeat(16_384 - empty.length))
                .body();
        byte[] message = HelloBytes.message(HandshakeTypes.CLIENT_HELLO, body);

        assertThat(message).hasSize(ClientHelloReader.MAX_MESSAGE);
        assertThat(read(HelloBytes.records(message, 16_384))).isInstanceOf(Complete.class);
    }

    @Test
    void limitsRecords() {
        byte[] emptyRecords = new byte[65 * 5];
        for (int i = 0; i < emptyRecords.length; i += 5) {
            emptyRecords[i] = 22;
            emptyRecords[i + 1] = 3;
        }

        assertThat(read(Arrays.copyOf(emptyRecords, 64 * 5))).isInstanceOf(NeedMore.class);
        assertMalformed(emptyRecords, Reason.TOO_MANY_RECORDS);
        assertMalformed(HelloBytes.records(HELLO.message(), 1), Reason.TOO_MANY_RECORDS);
    }

    @Test
    void refusesWhatIsNoClientHello() {
        assertMalformed(HelloBytes.record(ContentTypes.ALERT, new byte[] {2, 0}), Reason.UNEXPECTED_RECORD);
        assertMalformed(HelloBytes.record(ContentTypes.CHANGE_CIPHER_SPEC, new byte[] {1}), Reason.UNEXPECTED_RECORD);
        assertMalformed(HelloBytes.record(ContentTypes.APPLICATION_DATA, new byte[9]), Reason.UNEXPECTED_RECORD);
        assertMalformed(HelloBytes.record(ContentTypes.HANDSHAKE, new byte[] {2, 0, 0, 1}), Reason.UNEXPECTED_MESSAGE);
        assertMalformed(new byte[] {22, 3, 1, 0x50, 0}, Reason.RECORD_TOO_LONG);
        assertMalformed(new byte[] {22, 3, 1, 0, 1, 1, 22, 4, 1, 0, 1, 0}, Reason.BAD_RECORD_VERSION);
        assertMalformed(new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 0}, Reason.TRUNCATED);
    }

    @Test
    void staysWithItsResult() {
        ClientHelloReader reader = new ClientHelloReader();
        ClientHelloResult first = reader.read(Unpooled.wrappedBuffer(HelloBytes.records(HELLO.message(), 40)));

        assertThat(reader.read(Unpooled.wrappedBuffer(new byte[99]))).isSameAs(first);
    }

    private static void assertMalformed(byte[] bytes, Reason reason) {
        ClientHelloResult result = read(bytes);
        assertThat(result).isInstanceOf(Malformed.class);
        assertThat(((Malformed) result).reason()).isEqualTo(reason);
        assertThat(readByteByByte(bytes)).isEqualTo(result);
    }

    private static ClientHelloResult read(byte[] bytes) {
        return new ClientHelloReader().read(Unpooled.wrappedBuffer(bytes));
    }

    private static ClientHelloResult readByteByByte(byte[] bytes) {
        ClientHelloReader reader = new ClientHelloReader();
        for (int length = 0; length < bytes.length; length++) {
            ClientHelloResult result = reader.read(Unpooled.wrappedBuffer(bytes, 0, length));
            if (!(result instanceof NeedMore)) {
                return result;
            }
        }
        return reader.read(Unpooled.wrappedBuffer(bytes));
    }

    /** Counts how often it is asked for a number. */
    private static final class CountingBuffer extends UnpooledHeapByteBuf {
        private int reads;

        CountingBuffer(int capacity) {
            super(UnpooledByteBufAllocator.DEFAULT, capacity, capacity);
        }

        @Override
        protected byte _getByte(int index) {
            reads++;
            return super._getByte(index);
        }

        @Override
        protected short _getShort(int index) {
            reads++;
            return super._getShort(index);
        }
    }
}
