package io.sallyport.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.handshake.iana.ExtensionTypes;
import io.sallyport.testing.Canary;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.LogLine;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** ClientHellos that no honest client sends, over TCP to a proxy. Beside each, another connection goes on. */
class HostileHelloTest {
    private static final int DECODE_ERROR = 50;
    private static final int ILLEGAL_PARAMETER = 47;
    private static final int UNRECOGNIZED_NAME = 112;
    private static final String HOST_NAME = "00";
    private static final String OTHER_NAME = "01";

    private final FakeBackend backend = FakeBackend.echo();
    private final RunningProxy proxy = RunningProxy.to(backend.address()).start();
    private Canary canary;

    HostileHelloTest() {
        canary = Canary.in(proxy);
    }

    @BeforeEach
    void startSinging() {
        canary.sing();
    }

    @AfterEach
    void close() {
        try (backend;
                proxy) {
            canary.close();
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(
                        "1,000 host names",
                        hello().extension(ExtensionTypes.SERVER_NAME, names(HOST_NAME)),
                        ILLEGAL_PARAMETER),
                Arguments.of(
                        "1,000 names of another type",
                        hello().extension(ExtensionTypes.SERVER_NAME, names(OTHER_NAME)),
                        DECODE_ERROR),
                Arguments.of("a name of 256 bytes", hello().serverName("a".repeat(256)), UNRECOGNIZED_NAME),
                Arguments.of("a name of 15,000 bytes", hello().serverName("a.".repeat(7500)), UNRECOGNIZED_NAME),
                Arguments.of("a name with a NUL", hello().serverName("a\0b"), UNRECOGNIZED_NAME),
                Arguments.of("an empty name", hello().serverName(""), DECODE_ERROR),
                Arguments.of("a name twice", hello().serverName("a.test").serverName("a.test"), ILLEGAL_PARAMETER),
                Arguments.of(
                        "an unknown extension twice",
                        hello().extension(9999, "00").extension(9999, "00"),
                        ILLEGAL_PARAMETER),
                Arguments.of(
                        "3,000 extensions, the last of them again",
                        many(3000).extension(40_000 + 2999, ""),
                        ILLEGAL_PARAMETER),
                Arguments.of(
                        "an extension that is longer than the message", hello().tail("ffff" + "ffff"), DECODE_ERROR),
                Arguments.of(
                        "256 protocols",
                        hello().extension(
                                        ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
                                        "0200" + "0161".repeat(256)),
                        DECODE_ERROR),
                Arguments.of(
                        "an empty protocol",
                        hello().extension(
                                        ExtensionTypes.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, "0003" + "00" + "0161"),
                        DECODE_ERROR),
                Arguments.of(
                        "half a key share",
                        hello().extension(ExtensionTypes.KEY_SHARE, "0006" + "001d" + "0020" + "0000"),
                        DECODE_ERROR));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String what, HelloBytes hello, int alert) throws IOException {
        try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendRaw(HelloBytes.records(hello.message(), 1 << 14));

            assertThat(client.socket().getInputStream().readAllBytes())
                    .as(what)
                    .startsWith(21, 3)
                    .endsWith(0, 2, 2, alert);
        }
        LogLine failure = proxy.awaitHandshakeFailure();
        assertThat(failure.text("reason")).isIn("client_hello_malformed", "protocol_error");
        // Nothing that the client made long makes a line of the log long.
        assertThat(failure.toString()).hasSizeLessThan(4000);
        assertThat(proxy.awaitConnectionLine().text("reason")).isEqualTo("handshake_failed");
        assertThat(backend.accepted()).isEqualTo(1);
    }

    /** As it is, and with 3,000 extensions that nobody knows: odd, and legal. */
    @ParameterizedTest
    @MethodSource
    void served(HelloBytes hello) throws IOException {
        try (TlsClient client = TlsClient.open(proxy.address(), proxy.authority())) {
            client.sendRaw(HelloBytes.records(hello.message(), 1 << 14));

            // A ServerHello, or a HelloRetryRequest.
            byte[] start = client.socket().getInputStream().readNBytes(6);
            assertThat(start).startsWith(22, 3, 3).endsWith(2);
        }
        assertThat(proxy.awaitHandshakeFailure().text("reason")).isIn("client_left", "client_reset");
    }

    static Stream<HelloBytes> served() {
        return Stream.of(hello(), many(3000));
    }

    private static HelloBytes many(int extensions) {
        HelloBytes hello = hello();
        for (int i = 0; i < extensions; i++) {
            hello.extension(40_000 + i, "");
        }
        return hello;
    }

    /** One that is served as it is: TLS 1.3 with no key share in its list, which asks for a HelloRetryRequest. */
    private static HelloBytes hello() {
        return new HelloBytes()
                .extension(ExtensionTypes.SUPPORTED_VERSIONS, "020304")
                .extension(ExtensionTypes.SUPPORTED_GROUPS, "0002" + "001d")
                .extension(ExtensionTypes.SIGNATURE_ALGORITHMS, "0002" + "0403")
                .extension(ExtensionTypes.KEY_SHARE, "0000");
    }

    private static String names(String type) {
        String list = IntStream.range(0, 1000)
                .mapToObj(i -> type + "0004" + String.format("%08x", 0x61616161 + i))
                .collect(Collectors.joining());
        return HelloBytes.uint16(list.length() / 2) + list;
    }
}
