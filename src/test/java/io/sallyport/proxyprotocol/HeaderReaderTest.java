package io.sallyport.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderReaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String V4 = SIGNATURE + "2111000c" + "c0000201" + "c6336402" + "1f90" + "01bb";
    private static final String V6 = SIGNATURE + "21210024" + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002" + "1f90" + "01bb";

    private static ByteBuf text(String header) {
        return Unpooled.copiedBuffer(header, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf hex(String header) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(header));
    }

    private static AddressPair read(ByteBuf header) throws HeaderException {
        assertThat(HeaderReader.length(header)).isEqualTo(header.readableBytes());
        return HeaderReader.read(header).orElseThrow();
    }

    private static AddressPair endpoints(String source, String destination) {
        return new AddressPair(new InetSocketAddress(source, 8080), new InetSocketAddress(destination, 443));
    }

    @Test
    void readsTheAddressesOfVersion1() throws Exception {
        assertThat(read(text("PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n")))
                .isEqualTo(endpoints("192.0.2.1", "198.51.100.2"));
        assertThat(read(text("PROXY TCP6 2001:db8::1 2001:db8::2 8080 443\r\n")))
                .isEqualTo(endpoints("2001:db8::1", "2001:db8::2"));
    }

    @Test
    void everyPortFrom0To65535IsTaken() throws Exception {
        for (int port : new int[] {0, 1, 65535}) {
            InetSocketAddress source = new InetSocketAddress("192.0.2.1", port);
            assertThat(read(text("PROXY TCP4 192.0.2.1 192.0.2.1 " + port + " " + port + "\r\n")))
                    .isEqualTo(new AddressPair(source, source));
            String number = "%04x".formatted(port);
            assertThat(read(hex(SIGNATURE + "2111000c" + "c0000201" + "c0000201" + number + number)))
                    .isEqualTo(new AddressPair(source, source));
        }
    }

    /** Nothing is made of them; haproxy takes them, too. */
    @ParameterizedTest
    @ValueSource(strings = {"20000401000000", "200009010000000021000561", "050000", "ff000100"})
    void aTlvThatIsNotReadBreaksNothing(String tlv) throws Exception {
        assertThat(read(hex(SIGNATURE + "2111" + "%04x".formatted(12 + tlv.length() / 2) + V4.substring(32) + tlv)))
                .isEqualTo(endpoints("192.0.2.1", "198.51.100.2"));
    }

    @Test
    void readsTheAddressesOfVersion2() throws Exception {
        assertThat(read(hex(V4))).isEqualTo(endpoints("192.0.2.1", "198.51.100.2"));
        assertThat(read(hex(V6))).isEqualTo(endpoints("2001:db8::1", "2001:db8::2"));
    }

    @Test
    void readsThePathsOfUnixDomainSockets() throws Exception {
        String path = HexFormat.of().formatHex("/run/a".getBytes(StandardCharsets.US_ASCII));

        assertThat(read(hex(SIGNATURE + "213100d8" + path + "00".repeat(102) + "00".repeat(108))))
                .isEqualTo(new AddressPair(new DomainSocketAddress("/run/a"), new DomainSocketAddress("")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff:f::ffff ffff:f::ffff 65535 65535\r\n"})
    void version1MayNotKnowTheClient(String header) throws Exception {
        assertThat(HeaderReader.read(text(header))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SIGNATURE + "20000000",
                SIGNATURE + "2011000cc0000201c63364021f9001bb",
                SIGNATURE + "21000000",
                SIGNATURE + "20000003040000",
                // What stands behind LOCAL means nothing: another family, too few addresses, a TLV that is too long.
                SIGNATURE + "2099000cc0000201c63364021f9001bb",
                SIGNATURE + "20110000",
                SIGNATURE + "2000000402000561"
            })
    void localAndUnspecifiedKeepTheSocketsAddress(String header) throws Exception {
        assertThat(HeaderReader.length(hex(header))).isEqualTo(header.length() / 2);
        assertThat(HeaderReader.read(hex(header))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {V4, V6, SIGNATURE + "20000000"})
    void waitsForTheLastByteOfVersion2(String header) throws Exception {
        ByteBuf whole = hex(header + "1603");
        for (int length = 1; length < header.length() / 2; length++) {
            assertThat(HeaderReader.length(whole.slice(0, length))).isZero();
        }
        assertThat(HeaderReader.length(whole)).isEqualTo(header.length() / 2);
    }

    @Test
    void waitsForTheLastByteOfVersion1() throws Exception {
        String header = "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n";
        for (int length = 1; length < header.length(); length++) {
            assertThat(HeaderReader.length(text(header.substring(0, length)))).isZero();
        }
        assertThat(HeaderReader.length(text(header + "\u0016\u0003"))).isEqualTo(header.length());
    }

    @Test
    void takesTheLongestLineOfVersion1() throws Exception {
        String v6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        String line = "PROXY UNKNOWN " + v6 + " " + v6 + " 65535 65535";

        assertThat(HeaderReader.length(text(line + "\r\n"))).isEqualTo(107).isEqualTo(HeaderReader.MAX_V1);
        assertThatThrownBy(() -> HeaderReader.length(text(line + "x\r\n")))
                .hasMessage("no CR LF (expected: within 107 bytes)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0016\u0003\u0001", "G", "PROXX", "\r\n\r\nx", "proxy TCP4 ", " PROXY"})
    void tellsAtOnceThatThereIsNoHeader(String bytes) {
        assertThatThrownBy(() -> HeaderReader.length(text(bytes)))
                .isInstanceOfSatisfying(
                        HeaderException.class, e -> assertThat(e.isMissing()).isTrue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 192.0.2.1 198.51.100.2 8080\\r\\n | 6 parts",
                "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443 1\\r\\n | 6 parts",
                "PROXY  TCP4 192.0.2.1 198.51.100.2 8080 443\\r\\n | (expected: TCP4, TCP6 or UNKNOWN)",
                "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443 \\r\\n | 7 parts",
                "PROXY TCP4 192.0.2.1 198.51.100.2  443\\r\\n | \"\" (expected: a port, 0..65535)",
                "PROXY TCP4 192.0.2.1 198.51.100.2 8080 0443\\r\\n | \"0443\" (expected: a port",
                "PROXY TCP4 192.0.2.1 198.51.100.2 +80 443\\r\\n | \"+80\"",
                "PROXY TCP4 192.0.2.1 198.51.100.2 1 4294967297\\r\\n | 4294967297",
                "PROXY TCP4 010.0.0.1 198.51.100.2 8080 443\\r\\n | \"010.0.0.1\" (expected: an IPv4 address)",
                "PROXY TCP4 10.1 198.51.100.2 8080 443\\r\\n | 10.1",
                "PROXY TCP4 0x0a.0.0.1 198.51.100.2 8080 443\\r\\n | 0x0a.0.0.1",
                "PROXY TCP6 fe80::1%eth0 2001:db8::2 8080 443\\r\\n | fe80::1%eth0",
                "PROXY TCP6 [2001:db8::1] 2001:db8::2 8080 443\\r\\n | an IPv6 address",
                "PROXY TCP6 2001:db8:::1 2001:db8::2 8080 443\\r\\n | 2001:db8:::1",
                "PROXY tcp4 192.0.2.1 198.51.100.2 8080 443\\r\\n | \"tcp4\"",
                "PROXY UNKNOWNX\\r\\n | UNKNOWNX",
                "PROXY \u001b[2J\u00e9\\r\\n | \"\\x1b[2J\\xe9\"",
                "PROXY TCP4 192.0.2.256 198.51.100.2 8080 443\\r\\n | 192.0.2.256",
                "PROXY TCP4 example.com 198.51.100.2 8080 443\\r\\n | example.com",
                "PROXY TCP4 2001:db8::1 2001:db8::2 8080 443\\r\\n | 2001:db8::1",
                "PROXY TCP6 192.0.2.1 198.51.100.2 8080 443\\r\\n | 192.0.2.1",
                "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\\r\\n | 65536",
                "PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\\r\\n | -1",
                "PROXY UDP4 192.0.2.1 198.51.100.2 8080 443\\r\\n | UDP4",
                "PROXY \\r\\n | \"\" (expected: TCP4",
            })
    void refusesWhatBreaksTheFormOfVersion1(String line, String word) {
        ByteBuf header = text(line.replace("\\r", "\r").replace("\\n", "\n"));

        assertMalformed(header, word);
    }

    @ParameterizedTest
    @CsvSource({
        // version 1 in a binary header, an unknown command, an unknown family, an unknown transport, datagrams
        SIGNATURE + "11110000, version 1",
        SIGNATURE + "2211000cc0000201c63364021f9001bb, command 2",
        SIGNATURE + "2141000cc0000201c63364021f9001bb, family 0x41",
        SIGNATURE + "2113000cc0000201c63364021f9001bb, family 0x13",
        SIGNATURE + "2112000cc0000201c63364021f9001bb, IPv4 datagrams",
        // fewer bytes than the family's addresses take
        SIGNATURE + "2111000bc0000201c63364021f9001, IPv4",
        SIGNATURE + "2121000cc0000201c63364021f9001bb, IPv6",
        SIGNATURE + "2131000cc0000201c63364021f9001bb, UNIX",
        // a TLV that is longer than the header, the beginning of one, the same without addresses
        SIGNATURE + "21110010c0000201c63364021f9001bb02000561, a TLV of 8 bytes",
        SIGNATURE + "2111000dc0000201c63364021f9001bb02, a TLV of 3 bytes",
        SIGNATURE + "2100000402000561, a TLV of 8 bytes",
        // a checksum that is too short, a wrong one
        SIGNATURE + "21110011c0000201c63364021f9001bb0300020000, a CRC32C of 2 bytes",
        SIGNATURE + "21110013c0000201c63364021f9001bb030004deadbeef, CRC32C",
    })
    void refusesWhatBreaksTheFormOfVersion2(String header, String word) {
        assertMalformed(hex(header), word);
    }

    private static void assertMalformed(ByteBuf header, String word) {
        assertThatThrownBy(() -> {
                    assertThat(HeaderReader.length(header)).isEqualTo(header.readableBytes());
                    HeaderReader.read(header);
                })
                .isInstanceOfSatisfying(
                        HeaderException.class, e -> assertThat(e.isMissing()).isFalse())
                .hasMessageContaining(word);
    }

    @Test
    void refusesAnOversizedHeaderByItsLengthAlone() {
        assertThatThrownBy(() -> HeaderReader.length(hex(SIGNATURE + "2111ffff")))
                .isInstanceOf(HeaderException.class)
                .hasMessage("65551 bytes (expected: at most 16384)");
    }

    @Test
    void takesTheLargestHeader() throws Exception {
        int padding = HeaderReader.MAX_V2 - 16 - 12 - 3;
        String header = SIGNATURE + "2111" + "%04x".formatted(12 + 3 + padding) + V4.substring(32) + "04"
                + "%04x".formatted(padding) + "00".repeat(padding);

        assertThat(read(hex(header))).isEqualTo(endpoints("192.0.2.1", "198.51.100.2"));
    }

    /** TLVs of every kind, known and unknown, in a header with the right checksum. */
    @Test
    void readsPastTlvsAndChecksTheChecksum() throws Exception {
        ByteBuf header = hex(SIGNATURE + "2111002c" + V4.substring(32) + "01000268" + "32" + "ea000161" + "0400020000"
                + "20000801" + "00000001" + "210000" + "030004" + "00000000");
        Checksum.seal(header);

        assertThat(read(header)).isEqualTo(endpoints("192.0.2.1", "198.51.100.2"));

        header.setByte(16, 193);
        assertMalformed(header, "CRC32C");
    }

    @Test
    void noBytesBreakTheReader() {
        Random random = new Random(14);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = HexFormat.of()
                    .parseHex(V4 + "20000f01000000002100045465737422000161" + "0300040000" + "0000" + "e100");
            int changes = 1 + random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                bytes[12 + random.nextInt(bytes.length - 12)] = (byte) random.nextInt();
            }
            ByteBuf received = Unpooled.wrappedBuffer(bytes);
            try {
                int length = HeaderReader.length(received);
                if (length > 0) {
                    HeaderReader.read(received.slice(0, length));
                }
            } catch (HeaderException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }
}
