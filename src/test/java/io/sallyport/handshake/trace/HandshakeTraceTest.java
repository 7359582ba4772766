package io.sallyport.handshake.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.HelloBytes;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.trace.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.trace.HandshakeTranscript.RecordSeen;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.HandshakeMessage.CertificateChain;
import io.sallyport.handshake.wire.HandshakeMessage.CertificateRequest;
import io.sallyport.handshake.wire.HandshakeMessage.Unreadable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HandshakeTraceTest {
    private static final HelloBytes HELLO = new HelloBytes().serverName("example.com");

    // TLS 1.2, no session id, TLS_RSA_WITH_AES_128_GCM_SHA256, no extensions.
    private static final byte[] SERVER_HELLO =
            HelloBytes.message(HandshakeTypes.SERVER_HELLO, hex("0303" + "22".repeat(32) + "00" + "009c" + "00"));

    private final HandshakeTrace trace = HandshakeTrace.ofClient(1_000);

    @Test
    void tellsTimeAndSizeOfEveryRecord() {
        byte[] record = HelloBytes.records(HELLO.message(), 16_384);
        trace.onBytes(Direction.CLIENT_TO_SERVER, Unpooled.wrappedBuffer(record, 0, 10), 1_500);
        trace.onBytes(Direction.CLIENT_TO_SERVER, Unpooled.wrappedBuffer(record, 10, record.length - 10), 3_000);
        fromServer(HelloBytes.record(ContentTypes.ALERT, new byte[] {2, 70}), 4_000);

        HandshakeTranscript transcript = trace.snapshot();
        assertThat(transcript.records())
                .containsExactly(
                        new RecordSeen(Direction.CLIENT_TO_SERVER, ContentTypes.HANDSHAKE, record.length - 5, 2_000),
                        new RecordSeen(Direction.SERVER_TO_CLIENT, ContentTypes.ALERT, 2, 3_000));
        assertThat(transcript.alerts()).containsExactly(new AlertSeen(Direction.SERVER_TO_CLIENT, 2, 70, 3_000));
        assertThat(transcript.alerts().get(0).name()).isEqualTo("protocol_version");
        assertThat(transcript.lastStep())
                .isEqualTo(new Step(
                        Direction.SERVER_TO_CLIENT,
                        HandshakeTranscript.Kind.ALERT,
                        "Alert",
                        2,
                        3_000,
                        true,
                        "fatal: protocol_version",
                        HandshakeTranscript.NO_TYPE,
                        null));
        assertThat(transcript.bytesFromClient()).isEqualTo(record.length);
        assertThat(transcript.bytesFromServer()).isEqualTo(7);
    }

    @Test
    void leavesTheFirstHelloOfAServerToTheReader() throws Exception {
        HandshakeTrace beside = HandshakeTrace.ofServer(0);
        beside.onBytes(Direction.CLIENT_TO_SERVER, Unpooled.wrappedBuffer(HelloBytes.records(HELLO.message(), 50)), 0);
        assertThat(beside.snapshot().clientHello()).isNull();
        assertThat(beside.snapshot().steps().get(0).what()).isEqualTo("ClientHello");
        assertThat(beside.snapshot().steps().get(0).detail()).isEmpty();

        beside.onClientHello(HELLO.parse());
        assertThat(beside.snapshot().clientHello()).isEqualTo(HELLO.parse());
        assertThat(beside.snapshot().steps().get(0).message()).isEqualTo(HELLO.parse());
    }

    @Test
    void tellsAMessageThatIsNotWhole() {
        byte[] record = HelloBytes.records(HELLO.message(), 16_384);
        fromClient(new byte[] {record[0], record[1], record[2]});
        assertLastStep("incomplete record", 3);
        fromClient(new byte[] {record[3], record[4]});
        assertLastStep("incomplete record", 5);
        fromClient(new byte[] {record[5], record[6]});
        assertLastStep("incomplete record", 2);
        trace.onBytes(Direction.CLIENT_TO_SERVER, Unpooled.wrappedBuffer(record, 7, 30), 0);
        assertLastStep("ClientHello", record.length - 5);
    }

    private void assertLastStep(String what, int bytes) {
        Step last = Objects.requireNonNull(trace.snapshot().lastStep());
        assertThat(last.what()).isEqualTo(what);
        assertThat(last.bytes()).isEqualTo(bytes);
        assertThat(last.complete()).isFalse();
    }

    @Test
    void marksADirectionUnreadableAndGoesOnCounting() {
        fromClient(HelloBytes.records(HELLO.message(), 16_384));
        long readable = trace.snapshot().bytesFromClient();
        fromClient(new byte[] {22, 4});
        fromClient("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII));
        fromServer(HelloBytes.record(ContentTypes.ALERT, new byte[] {1, 0}), 0);

        HandshakeTranscript transcript = trace.snapshot();
        assertThat(transcript.clientUnreadableAt()).isEqualTo(readable);
        assertThat(transcript.bytesFromClient()).isEqualTo(readable + 16);
        assertThat(transcript.serverUnreadableAt()).isEqualTo(-1);
        assertThat(transcript.steps()).extracting(Step::what).containsExactly("ClientHello", "Alert");
    }

    @Test
    void readsAMessageOverManyRecordsAndManyInOne() {
        fromClient(HelloBytes.records(HELLO.message(), 7));
        byte[] done = HelloBytes.message(HandshakeTypes.SERVER_HELLO_DONE, new byte[0]);
        fromServer(HelloBytes.record(ContentTypes.HANDSHAKE, concat(SERVER_HELLO, certificate(300, 200), done)), 0);

        assertThat(trace.snapshot().steps())
                .extracting(Step::what)
                .containsExactly("ClientHello", "ServerHello", "Certificate", "ServerHelloDone");
        assertThat(trace.snapshot().steps().get(2).message()).isEqualTo(new CertificateChain(2, List.of(300, 200)));
    }

    @Test
    void readsLengthsOfAHugeChainAndCountsTheRest() {
        fromServer(HelloBytes.records(concat(SERVER_HELLO, certificate(new int[50])), 999), 0);

        assertThat(trace.snapshot().steps().get(1).message())
                .isEqualTo(new CertificateChain(50, List.of(0, 0, 0, 0, 0, 0, 0, 0)));
    }

    @Test
    void tellsOfTrustAnchorsTooManyToBeCounted() {
        String head = "0240010008" + "0403080404010503";
        String name = "0010" + "33".repeat(16);
        byte[] few = hex(head + "0024" + name.repeat(2));
        byte[] many = hex(head + HelloBytes.uint16(18 * 300) + name.repeat(300));
        fromServer(HelloBytes.records(concat(SERVER_HELLO, request(few), request(many)), 1_000), 0);

        List<Step> steps = trace.snapshot().steps();
        CodeList types = CodeList.of(0x40, 1);
        CodeList schemes = CodeList.of(0x0403, 0x0804, 0x0401, 0x0503);
        assertThat(steps.get(1).message()).isEqualTo(new CertificateRequest(types, schemes, 2, 36));
        assertThat(steps.get(2).message()).isEqualTo(new CertificateRequest(types, schemes, -1, 5_400));
        assertThat(steps.get(2).detail()).isEqualTo("4 signature schemes; names of trust anchors in 5400 bytes");
    }

    @Test
    void saysWhyItCouldNotReadAMessage() {
        fromServer(HelloBytes.record(22, HelloBytes.message(HandshakeTypes.SERVER_HELLO, new byte[9])), 0);

        Step step = trace.snapshot().steps().get(0);
        assertThat(step.message()).isEqualTo(new Unreadable("random: 7 bytes left (expected: 32)"));
        assertThat(step.complete()).isTrue();
        assertThat(trace.serverHello()).isNull();
    }

    @Test
    void keeps64RecordsAndCountsTheRest() {
        for (int i = 0; i < 100; i++) {
            fromClient(HelloBytes.record(ContentTypes.APPLICATION_DATA, new byte[i]));
        }

        assertThat(trace.snapshot().records()).hasSize(56);
        assertThat(trace.snapshot().steps()).hasSize(56);
        assertThat(trace.snapshot().recordsNotKept()).isEqualTo(44);

        for (int i = 0; i < 100; i++) {
            fromServer(HelloBytes.record(ContentTypes.APPLICATION_DATA, new byte[i]), 0);
        }

        assertThat(trace.snapshot().records()).hasSize(64);
        assertThat(trace.snapshot().steps()).hasSize(64);
        assertThat(trace.snapshot().recordsNotKept()).isEqualTo(136);
    }

    @Test
    void seesTheServersAlertBehindAnyNumberOfRecords() {
        for (int i = 0; i < 200; i++) {
            fromClient(HelloBytes.record(ContentTypes.HANDSHAKE, new byte[5]));
        }
        fromServer(HelloBytes.record(ContentTypes.ALERT, new byte[] {2, 10}), 0);

        assertThat(trace.snapshot().alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.direction()).isEqualTo(Direction.SERVER_TO_CLIENT);
            assertThat(alert.name()).isEqualTo("unexpected_message");
        });
    }

    @Test
    void tellsTheClientsFatalAlertAndNoWarning() {
        fromClient(HelloBytes.record(ContentTypes.ALERT, new byte[] {1, 90}));
        assertThat(trace.clientAlert()).isEqualTo(-1);

        fromClient(HelloBytes.record(ContentTypes.ALERT, new byte[] {2, 48}));
        fromServer(HelloBytes.record(ContentTypes.ALERT, new byte[] {2, 40}), 0);
        assertThat(trace.clientAlert()).isEqualTo(48);
    }

    @Test
    void tellsTheLengthOfAMessageThatIsNotWhole() {
        byte[] message = new HelloBytes().message();
        assertThat(trace.unfinishedMessageLength()).isEqualTo(-1);

        fromClient(HelloBytes.record(ContentTypes.HANDSHAKE, Arrays.copyOf(message, 20)));
        assertThat(trace.unfinishedMessageLength()).isEqualTo(message.length);
        assertThat(trace.bytesFromClient()).isEqualTo(25);

        fromClient(HelloBytes.record(ContentTypes.HANDSHAKE, Arrays.copyOfRange(message, 20, message.length)));
        assertThat(trace.unfinishedMessageLength()).isEqualTo(-1);
    }

    @Test
    void boundsMessagesInOneRecord() {
        fromClient(HelloBytes.record(ContentTypes.HANDSHAKE, new byte[16_000]));

        assertThat(trace.snapshot().steps()).hasSize(56);
        assertThat(trace.snapshot().bytesFromClient()).isEqualTo(16_005);
    }

    @Test
    void readsAlertsInPieces() {
        byte[] record = HelloBytes.record(ContentTypes.ALERT, new byte[] {1, 90, 2, 48});
        for (byte each : record) {
            fromClient(new byte[] {each});
        }

        assertThat(trace.snapshot().alerts())
                .extracting(AlertSeen::name)
                .containsExactly("user_canceled", "unknown_ca");
    }

    @Test
    void leavesTheIndexesAlone() {
        ByteBuf buffer = Unpooled.buffer().writeZero(2).writeBytes(HelloBytes.records(HELLO.message(), 9));
        buffer.readerIndex(2);
        int end = buffer.writerIndex();
        trace.onBytes(Direction.CLIENT_TO_SERVER, buffer, 0);

        assertThat(buffer.readerIndex()).isEqualTo(2);
        assertThat(buffer.writerIndex()).isEqualTo(end);
        assertThat(trace.snapshot().clientHello()).isNotNull();
    }

    @Test
    void neverThrowsWhateverTheBufferDoes() {
        ByteBuf released = Unpooled.buffer().writeZero(20);
        released.release();
        trace.onBytes(Direction.CLIENT_TO_SERVER, released, 0);
        fromClient(new byte[7]);

        assertThat(trace.snapshot().clientUnreadableAt()).isZero();
        assertThat(trace.snapshot().bytesFromClient()).isEqualTo(7);
    }

    private void fromClient(byte[] bytes) {
        trace.onBytes(Direction.CLIENT_TO_SERVER, Unpooled.wrappedBuffer(bytes), 1_000);
    }

    private void fromServer(byte[] bytes, long nanoTime) {
        trace.onBytes(Direction.SERVER_TO_CLIENT, Unpooled.wrappedBuffer(bytes), nanoTime);
    }

    private static byte[] request(byte[] body) {
        return HelloBytes.message(HandshakeTypes.CERTIFICATE_REQUEST, body);
    }

    private static byte[] certificate(int... lengths) {
        ByteBuf list = Unpooled.buffer();
        for (int length : lengths) {
            list.writeMedium(length).writeZero(length);
        }
        ByteBuf body = Unpooled.buffer().writeMedium(list.readableBytes()).writeBytes(list);
        return HelloBytes.message(HandshakeTypes.CERTIFICATE, ByteBufUtil.getBytes(body));
    }

    private static byte[] concat(byte[]... parts) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(parts));
    }

    private static byte[] hex(String digits) {
        return ByteBufUtil.decodeHexDump(digits);
    }
}
