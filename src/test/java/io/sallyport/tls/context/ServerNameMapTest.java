package io.sallyport.tls.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of several names counts. */
final class ServerNameMapTest {
    private static final Map<String, String> NAMES = Stream.of(
                    "api.example.com",
                    "*.example.com",
                    "**.example.com",
                    "**.deep.example.com",
                    "*.b.deep.example.com",
                    "**.only.test",
                    "**.com")
            .collect(Collectors.toMap(Function.identity(), Function.identity()));

    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com",
        "www.example.com, *.example.com",
        "deep.example.com, *.example.com",
        "a.b.example.com, **.example.com",
        "x.api.example.com, **.example.com",
        "a.deep.example.com, **.deep.example.com",
        "a.b.deep.example.com, *.b.deep.example.com",
        "a.b.c.deep.example.com, **.deep.example.com",
        "x.a.b.deep.example.com, **.deep.example.com",
        "www.only.test, **.only.test",
        "a.b.c.d.e.f.only.test, **.only.test",
        "only.test, ",
        "xonly.test, ",
        "a.xonly.test, ",
        "example.com, **.com",
        "notexample.com, **.com",
        "com, ",
        "localhost, ",
    })
    void theLongestNameCounts(String asked, String expected) {
        assertThat(ServerNameMap.ofRoutes(NAMES).lookup(asked)).isEqualTo(expected);
    }

    /** RFC 6125 knows one label; a client would refuse the certificate, and another's may be the right one. */
    @Test
    void aCertificateIsForOneLabelAtMost() {
        ServerNameMap<String> certificates = ServerNameMap.of(NAMES);

        assertThat(certificates.lookup("www.example.com")).isEqualTo("*.example.com");
        assertThat(certificates.lookup("a.b.example.com")).isNull();
        assertThat(certificates.lookup("www.only.test")).isNull();
    }

    @Test
    void aNameOfTheMostLabelsIsLookedUp() {
        assertThat(ServerNameMap.ofRoutes(NAMES).lookup("a.".repeat(124) + "only.test"))
                .isEqualTo("**.only.test");
    }
}
