package io.sallyport.handshake.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireTextTest {
    @Test
    void leavesPrintableTextAlone() {
        assertThat(WireText.printable("http/1.1 <\"&'>")).isEqualTo("http/1.1 <\"&'>");
    }

    @Test
    void escapesWhatCouldReachATerminal() {
        assertThat(WireText.printable("a\u001b[31m\\\r\n\u00ff\u2028"))
                .isEqualTo("a\\x1b[31m\\\\\\x0d\\x0a\\xff\\u2028");
    }

    @ParameterizedTest
    @CsvSource({"Example.COM, example.com", "example.com., example.com", "my_service, my_service", "10.0.0.1, 10.0.0.1"
    })
    void normalizesHostNames(String wire, String expected) {
        assertThat(HostName.normalize(wire)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "a..b", ".a", "a b", "a\u0000", "[::1]", "*.example.com", "a..", "b\u00fccher.example"})
    void refusesWhatIsNoHostName(String wire) {
        assertThat(HostName.normalize(wire)).isNull();
    }

    @Test
    void refusesOverlongNames() {
        String label = "a".repeat(63);
        assertThat(HostName.normalize(label)).isEqualTo(label);
        assertThat(HostName.normalize(label + "a")).isNull();
        assertThat(HostName.normalize(String.join(".", label, label, label, "a".repeat(61))))
                .hasSize(253);
        assertThat(HostName.normalize(String.join(".", label, label, label, "a".repeat(62))))
                .isNull();
    }
}
