package io.sallyport.tls.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.DecoderException;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.IssuedCertificate;
import java.io.ByteArrayOutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The record path alone, between embedded channels: cut anywhere, broken anywhere, closed anywhere, out of memory anywhere. */
class RecordHandlerTest {
    private static final int SOAK_CONNECTIONS = 60;
    private static final int SOAK_STEPS = 30;
    private static final int LARGEST = 40_000;

    /** More than any of the operations here allocates. */
    private static final int ALLOCATIONS = 6;

    private final IssuedCertificate server =
            CertificateAuthority.create("Authority").server("localhost").issue();

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void movesEveryByteHoweverTheStreamIsCut(String version) throws Exception {
        for (int seed = 0; seed < SOAK_CONNECTIONS; seed++) {
            Random random = new Random(seed);
            try (RecordPair pair = RecordPair.connect(server, version)) {
                ByteArrayOutputStream toServer = new ByteArrayOutputStream();
                ByteArrayOutputStream toClient = new ByteArrayOutputStream();
                for (int step = 0; step < SOAK_STEPS; step++) {
                    byte[] data = new byte[1 + random.nextInt(random.nextBoolean() ? 100 : LARGEST)];
                    random.nextBytes(data);
                    if (random.nextBoolean()) {
                        toServer.writeBytes(data);
                        pair.clientSends(data, random);
                    } else {
                        toClient.writeBytes(data);
                        pair.serverSends(data);
                    }
                }
                assertThat(pair.receivedByServer()).as("seed %d", seed).isEqualTo(toServer.toByteArray());
                assertThat(pair.receivedByClient()).as("seed %d", seed).isEqualTo(toClient.toByteArray());
                assertThat(pair.failures()).isEmpty();
                assertThat(pair.records().isMidRecord()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void deliversNothingOfARecordThatIsBrokenAtAnyByte(String version) throws Exception {
        int length = recordOf(version).length;
        for (int broken = 0; broken < length; broken++) {
            try (RecordPair pair = RecordPair.connect(server, version)) {
                byte[] record = pair.clientRecord(new byte[] {1, 2, 3});
                record[broken] ^= 0x40;
                pair.serverReads(Unpooled.copiedBuffer(record));
                pair.serverReads(Unpooled.copiedBuffer(record));

                assertThat(pair.receivedByServer()).as("byte %d", broken).isEmpty();
                assertThat(pair.failures()).as("byte %d", broken).hasSizeLessThanOrEqualTo(1);
                assertThat(pair.failures())
                        .allSatisfy(failure -> assertThat(failure)
                                .isInstanceOf(SSLException.class)
                                .isNotInstanceOf(DecoderException.class));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RecordPair.ClosesIn.class)
    void freesTheEngineOnceWhereverTheChannelIsClosed(RecordPair.ClosesIn where) throws Exception {
        try (RecordPair pair = RecordPair.connect(server, "TLSv1.3")) {
            pair.closeIn(where);
            byte[] first = pair.clientRecord(new byte[] {1});
            byte[] second = pair.clientRecord(new byte[] {2});
            if (where == RecordPair.ClosesIn.EXCEPTION) {
                second[second.length - 1] ^= 1;
            }
            byte[] notify = where == RecordPair.ClosesIn.CLOSE_NOTIFY ? pair.clientCloseNotify() : new byte[0];
            pair.serverReads(Unpooled.wrappedBuffer(first, second, notify));
            pair.write(Unpooled.copiedBuffer(new byte[] {3}));

            assertThat(pair.isClosed()).isTrue();
            assertThat(pair.engineReferences()).isZero();
        }
    }

    @Test
    void refusesAWriteBehindItsCloseNotifyAndReadsOn() throws Exception {
        try (RecordPair pair = RecordPair.connect(server, "TLSv1.3")) {
            pair.records().closeOutbound();
            ChannelFuture late = pair.write(Unpooled.copiedBuffer(new byte[] {1}));
            pair.clientSends(new byte[] {2}, new Random(0));

            assertThat(late.cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(pair.receivedByServer()).containsExactly(2);
        }
    }

    @Test
    void survivesARunOutOfMemoryWhereverItComes() throws Exception {
        for (int good = 0; good < ALLOCATIONS; good++) {
            for (boolean reads : new boolean[] {true, false}) {
                try (RecordPair pair = RecordPair.connect(server, "TLSv1.3")) {
                    byte[] record = pair.clientRecord(new byte[20_000]);
                    ByteBuf data = Unpooled.wrappedBuffer(new byte[20_000]);
                    pair.allocations().failAfter(good);
                    if (reads) {
                        data.release();
                        pair.serverReads(Unpooled.copiedBuffer(record));
                    } else {
                        pair.write(data);
                    }
                    pair.closeServer();

                    assertThat(pair.isClosed()).isTrue();
                    assertThat(pair.engineReferences()).isZero();
                }
            }
        }
    }

    private byte[] recordOf(String version) throws Exception {
        try (RecordPair pair = RecordPair.connect(server, version)) {
            byte[] record = pair.clientRecord(new byte[] {1, 2, 3});
            assertThat(record).as(ByteBufUtil.hexDump(record)).hasSizeGreaterThan(20);
            return record;
        }
    }
}
