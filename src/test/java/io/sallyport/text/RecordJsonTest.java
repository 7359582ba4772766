package io.sallyport.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
    private record Outer(
            String name,
            int connectionsActive,
            long directBytes,
            double handshakeMs,
            boolean ja4Known,
            Instant notAfter,
            @Nullable String leftOut,
            List<Inner> members,
            Map<String, List<Integer>> byName) {}

    private record Inner(String text) {}

    @Test
    void namesAreInLowerCaseAndWhatIsNullIsLeftOut() throws IOException {
        Outer outer = new Outer(
                "a\"b",
                1,
                1L << 40,
                0.125,
                true,
                Instant.EPOCH,
                null,
                List.of(new Inner("x"), new Inner("y")),
                Map.of("k", List.of(1, 2)));

        assertThat(json(outer))
                .isEqualTo("{\"name\":\"a\\\"b\",\"connections_active\":1,\"direct_bytes\":1099511627776,"
                        + "\"handshake_ms\":0.125,\"ja4_known\":true,\"not_after\":\"1970-01-01T00:00:00Z\","
                        + "\"members\":[{\"text\":\"x\"},{\"text\":\"y\"}],\"by_name\":{\"k\":[1,2]}}");
    }

    @Test
    void whatAStrangerChoseNeitherStartsALineNorSteersATerminal() throws IOException {
        assertThat(json(new Inner("a\n\u001b[31m"))).doesNotContain("\\n", "\\u001b", "\u001b");
    }

    private static String json(Object value) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = SafeJson.to(text)) {
            RecordJson.write(json, value);
        }
        return text.toString();
    }
}
