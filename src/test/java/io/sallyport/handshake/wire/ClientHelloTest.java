package io.sallyport.handshake.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.handshake.HelloBytes;
import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.iana.TlsVersions;
import io.sallyport.handshake.wire.MalformedHandshakeException.Reason;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClientHelloTest {
    @Test
    void readsWhatIsOffered() throws Exception {
        ClientHello hello = new HelloBytes()
                .sessionId("020102")
                .cipherSuites("00081a1a1301c02b5600")
                .serverName("WWW.Example.com.")
                .extension(ExtensionTypes.SUPPORTED_VERSIONS, "06" + "2a2a" + "0303" + "0304")
                .extension(ExtensionTypes.SUPPORTED_GROUPS, "0006" + "3a3a" + "11ec" + "001d")
                .extension(ExtensionTypes.KEY_SHARE, "000b" + "3a3a" + "0001" + "00" + "001d" + "0002" + "0102")
                .extension(ExtensionTypes.SIGNATURE_ALGORITHMS, "0004" + "0403" + "0804")
                .extension(ExtensionTypes.SIGNATURE_ALGORITHMS_CERT, "0002" + "0401")
                .extension(
                        ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, "0006" + "02" + "6832" + "02" + "0a0a")
                .extension(ExtensionTypes.COMPRESS_CERTIFICATE, "02" + "0002")
                .extension(ExtensionTypes.PSK_KEY_EXCHANGE_MODES, "01" + "01")
                .extension(ExtensionTypes.SESSION_TICKET, "010203")
                .extension(ExtensionTypes.STATUS_REQUEST, "0100000000")
                .extension(ExtensionTypes.EXTENDED_MASTER_SECRET, "")
                .extension(ExtensionTypes.ENCRYPT_THEN_MAC, "")
                .extension(ExtensionTypes.RENEGOTIATION_INFO, "00")
                .extension(0x4A4A, "00")
                .extension(ExtensionTypes.EARLY_DATA, "")
                .extension(
                        ExtensionTypes.PRE_SHARED_KEY,
                        "0007" + "0001" + "aa" + "00000000" + "0021" + "20" + "bb".repeat(32))
                .parse();

        assertThat(hello.legacyVersion()).isEqualTo(TlsVersions.TLS_1_2);
        assertThat(hello.sessionIdLength()).isEqualTo(2);
        assertThat(hello.cipherSuites()).isEqualTo(CodeList.of(0x1301, 0xC02B, 0x5600));
        assertThat(hello.supportedVersions()).isEqualTo(CodeList.of(0x0304, 0x0303));
        assertThat(hello.serverName()).isEqualTo("www.example.com");
        assertThat(hello.malformedServerName()).isNull();
        assertThat(hello.groups()).isEqualTo(CodeList.of(0x11EC, 0x001D));
        assertThat(hello.keyShareGroups()).isEqualTo(CodeList.of(0x001D));
        assertThat(hello.signatureSchemes()).isEqualTo(CodeList.of(0x0403, 0x0804));
        assertThat(hello.certificateSignatureSchemes()).isEqualTo(CodeList.of(0x0401));
        assertThat(hello.alpn()).containsExactly("h2");
        assertThat(hello.certificateCompressionAlgorithms()).isEqualTo(CodeList.of(2));
        assertThat(hello.pskModes()).isEqualTo(CodeList.of(1));
        assertThat(hello.pskCount()).isEqualTo(1);
        assertThat(hello.sessionTicketLength()).isEqualTo(3);
        assertThat(hello.extensionTypes().names(ExtensionTypes::name))
                .startsWith("server_name", "supported_versions")
                .endsWith("early_data", "pre_shared_key");
        assertThat(hello.hasExtendedMasterSecret()).isTrue();
        assertThat(hello.hasSecureRenegotiation()).isTrue();
        assertThat(hello.grease()).isTrue();
        assertThat(hello.describe())
                .isEqualTo(
                        "TLSv1.3, TLSv1.2; 3 cipher suites; groups X25519MLKEM768, x25519; key shares x25519; 1 PSK; "
                                + "ticket of 3 bytes; server name www.example.com; ALPN h2; GREASE");
    }

    @Test
    void takesAHelloWithoutExtensions() throws Exception {
        ClientHello hello = new HelloBytes().withoutExtensions().parse();

        assertThat(hello.supportedVersions()).isEqualTo(CodeList.of(TlsVersions.TLS_1_2));
        assertThat(hello.extensionTypes().isEmpty()).isTrue();
        assertThat(hello.sessionTicketLength()).isEqualTo(-1);
        assertThat(hello.length()).isEqualTo(4 + 2 + 32 + 1 + 4 + 2);
    }

    @Test
    void takesALegacyVersionAboveTls12ForTls12() throws Exception {
        assertThat(new HelloBytes().legacyVersion("0304").parse().highestVersion())
                .isEqualTo(TlsVersions.TLS_1_2);
        assertThat(new HelloBytes().legacyVersion("0301").parse().highestVersion())
                .isEqualTo(TlsVersions.TLS_1_0);
    }

    @Test
    void keepsAMalformedServerNameApart() throws Exception {
        ClientHello hello = new HelloBytes().serverName("[::1]\u0000\n").parse();

        assertThat(hello.serverName()).isNull();
        assertThat(hello.malformedServerName()).isEqualTo("[::1]\\x00\\x0a");
    }

    @Test
    void keepsItsDescriptionShort() throws Exception {
        String groups = "0200".repeat(5_000);
        String protocol = "ff" + "00".repeat(255);
        ClientHello hello = new HelloBytes()
                .serverName("!".repeat(3_000))
                .extension(ExtensionTypes.SUPPORTED_GROUPS, HelloBytes.uint16(10_000) + groups)
                .extension(ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, "0100" + protocol)
                .parse();

        assertThat(hello.malformedServerName()).isEqualTo("!".repeat(255));
        assertThat(hello.describe()).contains("MLKEM512 and 4984 more").hasSizeLessThan(700);
    }

    @Test
    void leavesTheIndexesAlone() throws Exception {
        byte[] body = new HelloBytes().body();
        ByteBuf buffer = Unpooled.buffer().writeZero(7).writeBytes(body).readerIndex(7);

        assertThat(ClientHelloParser.parse(buffer).length()).isEqualTo(4 + body.length);
        assertThat(buffer.readerIndex()).isEqualTo(7);
        assertThat(buffer.writerIndex()).isEqualTo(7 + body.length);
    }

    static Stream<Arguments> brokenHellos() {
        return Stream.of(
                broken(Reason.TRUNCATED, new HelloBytes().withoutExtensions().tail("00")),
                broken(Reason.TRUNCATED, new HelloBytes().withoutExtensions().tail("0005" + "0000")),
                broken(Reason.TRUNCATED, new HelloBytes().compressionMethods("05")),
                broken(Reason.TRUNCATED, new HelloBytes().extension(ExtensionTypes.SERVER_NAME, "0005" + "00")),
                broken(Reason.TRUNCATED, new HelloBytes().extension(ExtensionTypes.KEY_SHARE, "0003" + "001d00")),
                broken(Reason.TRAILING_BYTES, new HelloBytes().tail("00")),
                broken(Reason.TRAILING_BYTES, new HelloBytes().extension(ExtensionTypes.EXTENDED_MASTER_SECRET, "00")),
                broken(
                        Reason.TRAILING_BYTES,
                        new HelloBytes().extension(ExtensionTypes.SUPPORTED_VERSIONS, "02030400")),
                broken(Reason.BAD_LENGTH, new HelloBytes().sessionId("21" + "00".repeat(33))),
                broken(Reason.BAD_LENGTH, new HelloBytes().cipherSuites("0003130113")),
                broken(Reason.BAD_LENGTH, new HelloBytes().extension(ExtensionTypes.SUPPORTED_GROUPS, "0003001d00")),
                broken(
                        Reason.BAD_LENGTH,
                        new HelloBytes()
                                .extension(ExtensionTypes.PRE_SHARED_KEY, "0007" + "0001aa00000000" + "0002" + "01bb")),
                broken(Reason.EMPTY_LIST, new HelloBytes().cipherSuites("0000")),
                broken(Reason.EMPTY_LIST, new HelloBytes().compressionMethods("00")),
                broken(Reason.EMPTY_LIST, new HelloBytes().extension(ExtensionTypes.SERVER_NAME, "0000")),
                broken(Reason.EMPTY_LIST, new HelloBytes().serverName("")),
                broken(Reason.EMPTY_LIST, new HelloBytes().extension(ExtensionTypes.SUPPORTED_VERSIONS, "00")),
                broken(Reason.EMPTY_LIST, new HelloBytes().extension(ExtensionTypes.SIGNATURE_ALGORITHMS, "0000")),
                broken(
                        Reason.EMPTY_LIST,
                        new HelloBytes()
                                .extension(
                                        ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, "0003" + "00" + "0161")),
                broken(
                        Reason.TOO_MANY_ENTRIES,
                        new HelloBytes()
                                .extension(
                                        ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
                                        "0200" + "0161".repeat(256))),
                broken(
                        Reason.DUPLICATE_EXTENSION,
                        new HelloBytes().extension(99, "").extension(99, "")),
                broken(
                        Reason.MULTIPLE_HOST_NAMES,
                        new HelloBytes().extension(ExtensionTypes.SERVER_NAME, "0008" + "00000161" + "00000162")),
                broken(
                        Reason.PRE_SHARED_KEY_NOT_LAST,
                        new HelloBytes()
                                .extension(ExtensionTypes.PRE_SHARED_KEY, "")
                                .extension(99, "")));
    }

    private static Arguments broken(Reason reason, HelloBytes hello) {
        return Arguments.of(reason, hello);
    }

    @ParameterizedTest
    @MethodSource("brokenHellos")
    void tellsWhichRuleIsBroken(Reason reason, HelloBytes hello) {
        MalformedHandshakeException thrown = catchThrowableOfType(MalformedHandshakeException.class, hello::parse);

        assertThat(thrown).isNotNull();
        assertThat(thrown.reason()).as(thrown.detail()).isEqualTo(reason);
        assertThat(thrown.detail()).isNotEmpty();
        assertThat(thrown.getStackTrace()).isEmpty();
    }

    @Test
    void refusesEveryPrefixOfAHello() throws Exception {
        byte[] body = new HelloBytes().serverName("example.com").body();
        int withoutExtensions = 2 + 32 + 1 + 4 + 2;
        for (int length = 0; length < body.length; length++) {
            ByteBuf prefix = Unpooled.wrappedBuffer(body, 0, length);
            if (length == withoutExtensions) {
                assertThat(ClientHelloParser.parse(prefix).extensionTypes().isEmpty())
                        .isTrue();
                continue;
            }
            MalformedHandshakeException thrown =
                    catchThrowableOfType(MalformedHandshakeException.class, () -> ClientHelloParser.parse(prefix));
            assertThat(thrown.reason()).isEqualTo(Reason.TRUNCATED);
        }
    }
}
