package io.sallyport.handshake.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstBytesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1 | HTTP | 4",
                "CONNECT example.com:443 | HTTP | 8",
                "PRI * HTTP/2.0 | HTTP | 4",
                "PROPFIND /x | HTTP | 10",
                "M-SEARCH * HTTP/1.1 | HTTP | 10",
                "SSH-2.0-OpenSSH_9.2 | SSH | 4",
                "EHLO client | SMTP | 5",
                "helo client | SMTP | 5",
                "PROXY TCP4 | PROXY_V1 | 6",
                "GETTING on | UNKNOWN | 9",
                "get / | UNKNOWN | 4",
                "AUTH secret | UNKNOWN | 6",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ | UNKNOWN | 21",
                "{json} | UNKNOWN | 1"
            })
    void tellsTextProtocols(String text, FirstBytes expected, int decidedAfter) {
        assertDecides(text.getBytes(StandardCharsets.US_ASCII), expected, decidedAfter);
    }

    @ParameterizedTest
    @CsvSource({
        "16030100, TLS, 2",
        "15030300, TLS, 2",
        "1604, UNKNOWN, 2",
        "802e010301, SSLV2_HELLO, 5",
        "802e010002, SSLV2_HELLO, 5",
        "802e02, UNKNOWN, 3",
        "802e010405, UNKNOWN, 5",
        "0d0a0d0a000d0a515549540a2111, PROXY_V2, 12",
        "0d0a0d0a00000a, UNKNOWN, 6",
        "0000000804d2162f, POSTGRESQL_SSL_REQUEST, 8",
        "0000000804d21630, POSTGRESQL_SSL_REQUEST, 8",
        "0000000804d2162e, UNKNOWN, 8",
        "0000001000030000, UNKNOWN, 4",
        "2a310d0a, REDIS, 3",
        "2a0d, UNKNOWN, 2",
        "50494e470d0a, REDIS, 5",
        "48454c4f0d0a, SMTP, 5",
        "01020304, UNKNOWN, 1"
    })
    void tellsBinaryProtocols(String hex, FirstBytes expected, int decidedAfter) {
        assertDecides(ByteBufUtil.decodeHexDump(hex), expected, decidedAfter);
    }

    private static void assertDecides(byte[] bytes, FirstBytes expected, int decidedAfter) {
        for (int length = 0; length <= bytes.length; length++) {
            ByteBuf prefix = Unpooled.wrappedBuffer(bytes, 0, length);
            FirstBytes kind = FirstBytes.classify(prefix);
            if (length < decidedAfter) {
                assertThat(kind).as("after %d bytes", length).isNull();
            } else {
                assertThat(kind).as("after %d bytes", length).isEqualTo(expected);
            }
            assertThat(prefix.readerIndex()).isZero();
        }
    }

    @Test
    void decidesAboutAnyBytesWithin24AndThenStaysWithIt() {
        Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[24];
            random.nextBytes(bytes);
            FirstBytes decided = null;
            for (int length = 1; length <= bytes.length; length++) {
                FirstBytes kind = FirstBytes.classify(Unpooled.wrappedBuffer(bytes, 0, length));
                assertThat(decided == null || decided == kind).isTrue();
                decided = kind;
            }
            assertThat(decided).isNotNull();
        }
    }
}
