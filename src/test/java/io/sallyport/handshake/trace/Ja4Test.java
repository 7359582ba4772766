package io.sallyport.handshake.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBufUtil;
import io.sallyport.handshake.HelloBytes;
import io.sallyport.handshake.HelloCapture;
import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.MalformedHandshakeException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Held against the examples in FoxIO's specification of JA4, and against fingerprints that others published. */
class Ja4Test {
    // The specification's example, in the original order (JA4_ro), with GREASE where Chrome puts it.
    private static final String CHROME_SUITES =
            "7a7a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035";
    private static final String CHROME_EXTENSIONS =
            "1a1a,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015,fafa";
    private static final String CHROME_SCHEMES = "0403,0804,0401,0503,0805,0501,0806,0601";

    @Test
    void matchesTheExampleOfTheSpecification() throws Exception {
        ClientHello hello = hello(CHROME_SUITES, CHROME_EXTENSIONS, CHROME_SCHEMES, "h2");

        assertThat(Ja4.of(hello)).isEqualTo("t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    @Test
    void leavesOutTheSchemesWhenNoneAreSent() throws Exception {
        // The specification gives the hash of these extensions alone; signature_algorithms holds GREASE alone here.
        ClientHello hello = hello(CHROME_SUITES, CHROME_EXTENSIONS, "9a9a", "h2");

        assertThat(Ja4.of(hello)).isEqualTo("t13d1516h2_8daaf6152771_6d807ffa2a79");
    }

    @Test
    void matchesALaterChrome() throws Exception {
        String extensions = "0000,0005,000a,000b,000d,0010,0012,0017,001b,0023,002b,002d,0033,44cd,fe0d,ff01";
        ClientHello hello = hello(CHROME_SUITES, extensions, CHROME_SCHEMES, "h2");

        assertThat(Ja4.of(hello)).isEqualTo("t13d1516h2_8daaf6152771_d8a2da3f94cd");
    }

    @Test
    void writesZerosForEmptyLists() throws Exception {
        ClientHello bare = new HelloBytes()
                .cipherSuites("00020a0a")
                .withoutExtensions()
                .legacyVersion("0301")
                .parse();

        assertThat(Ja4.of(bare)).isEqualTo("t10i000000_000000000000_000000000000");
    }

    @Test
    void countsTo99() throws Exception {
        String suites = HelloBytes.uint16(300) + "c02b".repeat(150);
        ClientHello hello = new HelloBytes().cipherSuites(suites).parse();

        assertThat(Ja4.of(hello)).startsWith("t12i990000_");
    }

    @ParameterizedTest
    @CsvSource({
        "6832, h2",
        "687474702f312e31, h1",
        "61, aa",
        "ab, ab",
        "abcd, ad",
        "30ab, 3b",
        "3031abcd, 3d",
        "30abcd31, 01"
    })
    void tellsTheFirstProtocol(String protocolHex, String expected) throws Exception {
        int length = protocolHex.length() / 2;
        ClientHello hello = new HelloBytes()
                .extension(
                        ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
                        HelloBytes.uint16(length + 1) + String.format("%02x", length) + protocolHex)
                .parse();

        assertThat(Ja4.of(hello)).startsWith("t12i0101" + expected + "_");
    }

    @ParameterizedTest
    @CsvSource({"0304, 13", "0303, 12", "0302, 11", "0301, 10", "0300, s3", "0002, s2", "7f17, 00"})
    void tellsTheVersion(String version, String expected) throws Exception {
        ClientHello hello = new HelloBytes()
                .extension(ExtensionTypes.SUPPORTED_VERSIONS, "02" + version)
                .parse();

        assertThat(Ja4.of(hello)).startsWith("t" + expected + "i0101");
    }

    @Test
    void hasItsFixedFormForRealClients() throws Exception {
        for (byte[] bytes : HelloCapture.all().values()) {
            assertThat(Ja4.of(HelloCapture.read(bytes).hello()))
                    .matches("t1[23][di]\\d{4}\\w{2}_[0-9a-f]{12}_[0-9a-f]{12}");
        }
    }

    @Test
    void knowsChromiumBySuites() throws Exception {
        assumeTrue(HelloCapture.isInstalled("chromium"), "chromium is not installed");
        // Published for every Chrome since 2022; the rest of the fingerprint changes with the version.
        byte[] bytes = HelloCapture.all().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("chromium"))
                .findFirst()
                .orElseThrow()
                .getValue();

        assertThat(Ja4.of(HelloCapture.read(bytes).hello()))
                .startsWith("t13d15")
                .contains("_8daaf6152771_");
    }

    private static ClientHello hello(String suites, String extensions, String schemes, String protocol)
            throws MalformedHandshakeException {
        String suiteBytes = suites.replace(",", "");
        HelloBytes hello = new HelloBytes().cipherSuites(HelloBytes.uint16(suiteBytes.length() / 2) + suiteBytes);
        for (String type : extensions.split(",", -1)) {
            int code = Integer.parseInt(type, 16);
            hello.extension(code, content(code, schemes.replace(",", ""), protocol));
        }
        return hello.parse();
    }

    /** The least that each extension must hold. */
    private static String content(int type, String schemes, String protocol) {
        return switch (type) {
            case ExtensionTypes.SERVER_NAME -> "0004" + "00" + "0001" + "61";
            case ExtensionTypes.SUPPORTED_GROUPS -> "0002" + "001d";
            case ExtensionTypes.EC_POINT_FORMATS -> "0100";
            case ExtensionTypes.SIGNATURE_ALGORITHMS -> HelloBytes.uint16(schemes.length() / 2) + schemes;
            case ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION ->
                HelloBytes.uint16(protocol.length() + 1) + "0" + protocol.length()
                        + ByteBufUtil.hexDump(protocol.getBytes(StandardCharsets.ISO_8859_1));
            case ExtensionTypes.COMPRESS_CERTIFICATE -> "02" + "0002";
            case ExtensionTypes.SUPPORTED_VERSIONS -> "06" + "dada" + "0304" + "0303";
            case ExtensionTypes.PSK_KEY_EXCHANGE_MODES -> "0101";
            case ExtensionTypes.KEY_SHARE -> "0000";
            case ExtensionTypes.RENEGOTIATION_INFO -> "00";
            default -> "";
        };
    }
}
