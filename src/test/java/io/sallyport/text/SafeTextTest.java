package io.sallyport.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "CN=ops,O=Example", "Müller & Söhne", "株式会社", "Ελλάδα", "😀", "a\\b \"c\" 'd' ~"})
    void textThatAPersonCanReadStaysAsItIs(String text) {
        assertThat(SafeText.line(text)).isSameAs(text);
        assertThat(SafeText.lines(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, \\x00",
        "9, \\x09",
        "10, \\x0a",
        "13, \\x0d",
        "27, \\x1b",
        "127, \\x7f", // C0 and DEL
        "128, \\x80",
        "133, \\x85",
        "155, \\x9b",
        "159, \\x9f", // C1: next line, control sequence introducer
        "160, \\xa0",
        "173, \\xad", // a space that is none, a hyphen that is none
        "8206, \\u200e",
        "8207, \\u200f",
        "1564, \\u061c", // bidirectional marks
        "8234, \\u202a",
        "8238, \\u202e",
        "8294, \\u2066",
        "8297, \\u2069", // embeddings, overrides, isolates
        "8203, \\u200b",
        "8205, \\u200d",
        "8288, \\u2060",
        "65279, \\ufeff", // of no width
        "8232, \\u2028",
        "8233, \\u2029", // line and paragraph separators
        "12288, \\u3000",
        "12644, \\u3164",
        "10240, \\u2800",
        "65039, \\ufe0f", // seen as nothing
        "55296, \\ud800",
        "57343, \\udfff", // halves of a pair
        "57344, \\ue000",
        "65535, \\uffff", // without a meaning
        "917569, \\U000e0041",
        "917760, \\U000e0100", // tags, variation selectors
    })
    void whatIsHiddenOrSteersIsWrittenOut(int codePoint, String shown) {
        String text = "a" + Character.toString(codePoint) + "b";

        assertThat(SafeText.line(text)).isEqualTo("a" + shown + "b");
        // Writing it out twice changes nothing more.
        assertThat(SafeText.line(SafeText.line(text))).isEqualTo("a" + shown + "b");
    }

    @Test
    void linesKeepTheirEndsAndTabs() {
        assertThat(SafeText.lines("a\n\tb\r\u009bc")).isEqualTo("a\n\tb\\x0d\\x9bc");
    }

    @Test
    void whatIsTooLongEndsInAnEllipsis() {
        assertThat(SafeText.line("x".repeat(10), 10)).isEqualTo("x".repeat(10));
        assertThat(SafeText.line("x".repeat(11), 10)).isEqualTo("x".repeat(10) + "...");
        assertThat(SafeText.line("\u202e".repeat(11), 10)).isEqualTo("\\u202e\\u20...");
        assertThat(SafeText.line("x".repeat(9) + "😀", 10)).isEqualTo("x".repeat(9) + "...");
        assertThat(SafeText.shortened(SafeText.shortened("x".repeat(50), 10), 10))
                .isEqualTo("x".repeat(10) + "...");
    }

    @Test
    void jsonHoldsTheSafeTextItself() throws Exception {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = SafeJson.to(text)) {
            json.writeStartObject();
            json.writeStringField("a\u202e", "b\u009b\u2028");
            json.writeArrayFieldStart("list");
            json.writeString("c\ud800");
            json.writeString("d".repeat(SafeText.LONGEST_FIELD + 1));
            json.writeEndArray();
            json.writeEndObject();
        }

        assertThat(text)
                .hasToString("{\"a\\\\u202e\":\"b\\\\x9b\\\\u2028\",\"list\":[\"c\\\\ud800\",\""
                        + "d".repeat(SafeText.LONGEST_FIELD) + "...\"]}");
    }
}
