package io.sallyport.config.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sallyport.config.value.SegmentPattern.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentPatternTest {

    @ParameterizedTest
    @CsvSource({
        "DNS, api.example.com, api.example.com",
        "DNS, API.example.com, api.EXAMPLE.com.",
        "DNS, *.clients.example, a.clients.example",
        "DNS, a.*.example, a.b.example",
        "DNS, db.**, db.a",
        "DNS, db.**, db.a.b.c",
        "URI, spiffe://prod/web, spiffe://prod/web",
        "URI, spiffe://prod/*, spiffe://prod/web",
        "URI, spiffe://prod/*/web, spiffe://prod/eu/web",
        "URI, spiffe://*/web, spiffe://prod/web",
        "URI, spiffe://prod/**, spiffe://prod/web",
        "URI, spiffe://prod/**, spiffe://prod/eu/web/1",
        "URI, urn:example:1, urn:example:1"
    })
    void matches(Kind kind, String pattern, String text) {
        assertThat(SegmentPattern.parse(kind, pattern).matches(kind.segments(text)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "DNS, *.clients.example, clients.example",
        "DNS, *.clients.example, a.b.clients.example",
        "DNS, *.clients.example, .clients.example",
        "DNS, *.clients.example, a.clients.example.evil",
        "DNS, db.**, db",
        "DNS, db.**, db..a",
        "URI, spiffe://prod/web, spiffe://prod/Web",
        "URI, spiffe://prod/web, spiffe://prod/web/",
        "URI, spiffe://prod/*, spiffe://prod/a/b",
        "URI, spiffe://prod/*, spiffe://prod/",
        "URI, spiffe://prod/**, spiffe://prod",
        "URI, spiffe://prod/**, spiffe://prod/",
        "URI, spiffe://prod/**, spiffe://prod/a//b",
        "URI, spiffe://prod/**, spiffe://prod/../admin",
        "URI, spiffe://prod/web/**, spiffe://prod/web/..",
        "URI, spiffe://prod/*, spiffe://prod/.",
        "URI, spiffe://prod/*, spiffe://prod/a?b",
        "URI, spiffe://prod/*, spiffe://prod/a#b",
        "URI, spiffe://prod/*, spiffe://prod/%2e%2e",
        "URI, spiffe://prod/**, spiffe://production/web"
    })
    void doesNotMatch(Kind kind, String pattern, String text) {
        assertThat(SegmentPattern.parse(kind, pattern).matches(kind.segments(text)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "DNS, ''",
        "DNS, a..b",
        "DNS, .example.com",
        "DNS, a*.example.com",
        "DNS, **.example.com",
        "DNS, a.***",
        "URI, ''",
        "URI, spiffe://prod/**/web",
        "URI, spiffe://prod/web*",
        "URI, spiffe://**/web"
    })
    void refuses(Kind kind, String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> SegmentPattern.parse(kind, pattern));
    }

    @ParameterizedTest
    @CsvSource({"DNS, *.example.com", "DNS, db.**", "URI, spiffe://prod/**", "URI, spiffe://prod/*/web"})
    void printsAsItWasWritten(Kind kind, String pattern) {
        assertThat(SegmentPattern.parse(kind, pattern)).hasToString(pattern);
    }
}
