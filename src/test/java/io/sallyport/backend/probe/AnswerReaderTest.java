package io.sallyport.backend.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that are judged by a text in them, however they are split. */
class AnswerReaderTest {
    private static final String REPLICATION = "$52\r\n# Replication\r\nrole:role:master\r\nconnected_slaves:1\r\n";

    private static AnswerReader text(String text) {
        return new TextAnswer(text);
    }

    private static AnswerReader http(@Nullable String text) {
        return new HttpAnswer(List.of(200), text == null ? null : new TextAnswer(text));
    }

    @Test
    void findsItsTextWhereverTheAnswerIsSplit() {
        for (int split = 0; split <= REPLICATION.length(); split++) {
            assertThat(read(text("role:master"), REPLICATION.substring(0, split), REPLICATION.substring(split)))
                    .as("split at %s", split)
                    .matches(Verdict::isGood);
        }
        assertThat(read(text("role:master"), REPLICATION.split("")).isGood()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"role:slave", "ROLE:MASTER", "role:master1", "rolemaster"})
    void isBadAtTheEndWithoutIt(String text) {
        AnswerReader reader = text(text);

        assertThat(reader.read(bytes(REPLICATION))).isNull();
        assertThat(reader.end()).isEqualTo(Verdict.bad("expect-text is not in its answer"));
    }

    @Test
    void takesCharactersForBytes() {
        AnswerReader reader = text("\u00ff\u0000\u0080");

        assertThat(reader.read(Unpooled.wrappedBuffer(new byte[] {1, (byte) 0xff, 0, (byte) 0x80})))
                .matches(Verdict::isGood);
    }

    @Test
    void givesUpAServerThatTalksForEver() {
        AnswerReader reader = text("role:master");
        ByteBuf kilobyte = bytes("x".repeat(1024));
        for (int i = 0; i < 63; i++) {
            assertThat(reader.read(kilobyte.duplicate())).isNull();
        }

        assertThat(reader.read(kilobyte))
                .isEqualTo(Verdict.bad("expect-text is not in the first 64 KiB of its answer"));
    }

    @Test
    void findsWhatEndsWithTheLastByteThatIsRead() {
        String answer = "x".repeat(64 * 1024 - 2) + "ok";

        assertThat(read(text("ok"), answer)).matches(Verdict::isGood);
        assertThat(read(text("ok"), "x" + answer).isGood()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.0 200 OK|server: x||{\"role\": \"primary\"}, true",
        "HTTP/1.0 200 OK|server: x||{\"role\": \"replica\"}, false",
        "HTTP/1.0 503 x|server: x||{\"role\": \"primary\"}, false",
        "HTTP/1.0 200 primary||, false",
        "HTTP/1.0 100 x||HTTP/1.0 200 OK||primary, true",
        "primary, false"
    })
    void wantsBothTheStatusAndTheTextBehindIt(String answer, boolean isGood) {
        String text = answer.replace("|", "\r\n");
        for (int split = 0; split <= text.length(); split++) {
            assertThat(read(http("primary"), text.substring(0, split), text.substring(split))
                            .isGood())
                    .as("split at %s", split)
                    .isEqualTo(isGood);
        }
    }

    @Test
    void readsNoMoreThanTheStatusLineWithoutAText() {
        assertThat(http(null).read(bytes("HTTP/1.1 200 OK\r\n"))).isEqualTo(Verdict.good("HTTP status 200"));
        assertThat(http(null).read(bytes("HTTP/1.1 404 x\r\n"))).isEqualTo(Verdict.bad("HTTP status 404"));
    }

    @Test
    void saysHowFarAnAnswerHasCome() {
        AnswerReader half = http("primary");
        assertThat(half.read(bytes("HTTP/1.1 2"))).isNull();
        assertThat(half.end().words()).isEqualTo("it closed within its status line");

        assertThat(http("primary").end().words()).isEqualTo("it closed without an answer");
        assertThat(text("x").end().words()).isEqualTo("it closed without an answer");
    }

    private static Verdict read(AnswerReader reader, String... parts) {
        for (String part : parts) {
            @Nullable Verdict verdict = reader.read(bytes(part));
            if (verdict != null) {
                return verdict;
            }
        }
        return reader.end();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
