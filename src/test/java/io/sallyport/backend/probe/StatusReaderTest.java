package io.sallyport.backend.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.testing.Daemon;
import io.sallyport.testing.FakeBackend;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusReaderTest {
    private static final int NONE = StatusReader.NONE;
    private static final int MORE = StatusReader.MORE;

    /** What a server answers, the status that is read of it, and whether {@code option httpchk} of haproxy is content. */
    private enum Answered {
        PLAIN("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, true),
        HEADERS_OF_15_KIB("HTTP/1.1 200 OK\r\nA: " + "a".repeat(15_000) + "\r\n\r\n", 200, true),
        BARE_LF("HTTP/1.1 200 OK\nContent-Length: 0\n\n", 200, true),
        CONTENT_LENGTH_TWICE("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", 200, true),
        CONTENT_LENGTH_WITH_CHUNKED(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, true),
        HTTP_1_0("HTTP/1.0 200 OK\r\n\r\nhi", 200, true),
        HTTP_1_2("HTTP/1.2 200 OK\r\n\r\n", 200, true),
        NO_REASON("HTTP/1.1 200\r\n\r\n", 200, true),
        EMPTY_REASON("HTTP/1.1 200 \r\n\r\n", 200, true),
        REASON_IN_UTF_8("HTTP/1.1 200 \u00c3\u00a9\r\n\r\n", 200, true),
        REASON_WITH_NUL("HTTP/1.1 200 O\0K\r\n\r\n", 200, true),
        TWO_SPACES("HTTP/1.1  200 OK\r\n\r\n", 200, true),
        TAB("HTTP/1.1\t200 OK\r\n\r\n", 200, true),
        EMPTY_LINE_IN_FRONT("\r\nHTTP/1.1 200 OK\r\n\r\n", 200, true),
        BARE_LF_IN_FRONT("\nHTTP/1.1 200 OK\r\n\r\n", 200, true),
        OTHER_STATUS("HTTP/1.1 404 Not Found\r\n\r\n", 404, false),
        SWITCHING("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 101, false),
        STATUS_OF_TWO_DIGITS("HTTP/1.1 20 OK\r\n\r\n", NONE, false),
        STATUS_OF_FOUR_DIGITS("HTTP/1.1 2000 OK\r\n\r\n", NONE, false),
        STATUS_FROM_0("HTTP/1.1 020 OK\r\n\r\n", NONE, false),
        STATUS_WITH_A_LETTER("HTTP/1.1 2x0 OK\r\n\r\n", NONE, false),
        HTTP_0_9("<html>hi</html>\r\n", NONE, false),
        HTTP_2_FRAME("\0\0\0\4\0\0\0\0\0", NONE, false),
        VERSION_WITHOUT_MINOR("HTTP/2 200\r\n\r\n", NONE, false),
        LOWER_CASE("http/1.1 200 OK\r\n\r\n", NONE, false),
        ICECAST("ICY 200 OK\r\n\r\n", NONE, false),
        SPACE_IN_FRONT(" HTTP/1.1 200 OK\r\n\r\n", NONE, false),
        INTERIM_ALONE("HTTP/1.1 100 Continue\r\n\r\n", MORE, false),
        NO_END_OF_LINE("HTTP/1.1 200 OK", MORE, false),
        NOTHING("", MORE, false),

        // haproxy knows no interim answers, and wants a whole header that is in order.
        INTERIM_100("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, false),
        INTERIM_103("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, false),
        INTERIM_TWICE("HTTP/1.1 100 \n\nHTTP/1.1 102 \nA: b\n\nHTTP/1.1 200 OK\n\n", 200, false),
        HEADERS_OF_40_KIB("HTTP/1.1 200 OK\r\nA: " + "a".repeat(40_000) + "\r\n\r\n", 200, false),
        CONTENT_LENGTHS_THAT_DIFFER("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", 200, false),
        FIELD_WITHOUT_COLON("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", 200, false),
        STATUS_LINE_ALONE("HTTP/1.1 200 OK\r\n", 200, false),

        // haproxy takes it for HTTP.
        RTSP("RTSP/1.0 200 OK\r\n\r\n", NONE, true);

        private final String text;
        private final int status;
        private final boolean upInHaproxy;

        Answered(String text, int status, boolean upInHaproxy) {
            this.text = text;
            this.status = status;
            this.upInHaproxy = upInHaproxy;
        }

        private byte[] bytes() {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private final List<FakeBackend> backends = new ArrayList<>();

    @AfterEach
    void close() {
        backends.forEach(FakeBackend::close);
    }

    @ParameterizedTest
    @EnumSource
    void theStatusLineIsTheAnswer(Answered answered) {
        assertThat(new StatusReader().read(Unpooled.wrappedBuffer(answered.bytes())))
                .isEqualTo(answered.status);
    }

    @ParameterizedTest
    @EnumSource
    void theStatusIsTheSameByteByByte(Answered answered) {
        StatusReader reader = new StatusReader();
        ByteBuf bytes = Unpooled.wrappedBuffer(answered.bytes());
        int status = MORE;
        while (status == MORE && bytes.isReadable()) {
            status = reader.read(bytes.readSlice(1));
        }
        assertThat(status).isEqualTo(answered.status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\nA: b", "\r\n", "HTTP/1.1 200 a"})
    void nobodyWaitsForAStatusForEver(String part) {
        StatusReader reader = new StatusReader();
        byte[] bytes = part.getBytes(StandardCharsets.US_ASCII);
        byte[] more = "aaaaaaaa".getBytes(StandardCharsets.US_ASCII);
        int status = reader.read(Unpooled.wrappedBuffer(bytes));
        for (int i = 0; i < 64 * 1024 && status == MORE; i++) {
            status = reader.read(Unpooled.wrappedBuffer(part.endsWith("\n") ? bytes : more));
        }
        assertThat(status).isEqualTo(NONE);
    }

    @Test
    void haproxyDecidesAsTheTableSays(@TempDir Path directory) {
        StringBuilder servers = new StringBuilder();
        for (Answered answered : Answered.values()) {
            FakeBackend backend = FakeBackend.running(socket -> {
                socket.getInputStream().read(new byte[4096]);
                socket.getOutputStream().write(answered.bytes());
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            });
            backends.add(backend);
            servers.append("  server %s 127.0.0.1:%d check inter 500ms rise 1 fall 1\n"
                    .formatted(answered, backend.address().getPort()));
        }
        try (Daemon haproxy = Daemon.haproxy(directory, port -> """
                  timeout check 2s
                frontend statistics
                  mode http
                  bind 127.0.0.1:%d
                  stats enable
                  stats uri /
                backend x
                  mode http
                  option httpchk GET /
                  http-check expect status 200
                %s""".formatted(port, servers))) {
            Map<String, Boolean> expected = new TreeMap<>();
            for (Answered answered : Answered.values()) {
                expected.put(answered.name(), answered.upInHaproxy);
            }
            await().untilAsserted(() -> assertThat(decisions(haproxy)).isEqualTo(expected));
        }
    }

    private static Map<String, Boolean> decisions(Daemon haproxy) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + haproxy.address().getPort() + "/;csv");
        List<String> lines = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .toList();
        List<String> head = List.of(lines.get(0).substring(2).split(","));
        Map<String, Boolean> decisions = new LinkedHashMap<>();
        for (String line : lines) {
            String[] row = line.split(",", -1);
            if (row[0].equals("x") && !row[1].equals("BACKEND")) {
                // Without a result the first check is still to come.
                boolean checked = row[head.indexOf("check_status")].startsWith("L7");
                decisions.put(row[1], checked && row[head.indexOf("status")].startsWith("UP"));
            }
        }
        return decisions;
    }
}
