package io.sallyport.tls.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.testing.CertificateAuthority;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of workloads, as the SPIFFE-ID standard has them: nothing is normalized, and what is no name is none. */
final class SpiffeIdTest {
    private static final CertificateAuthority ROOT = CertificateAuthority.create("Spiffe Root");

    @ParameterizedTest
    @CsvSource({
        "spiffe://example.org, example.org, ''",
        "spiffe://example.org/db, example.org, /db",
        "spiffe://a_b-c.1/ns/prod/sa/API..x, a_b-c.1, /ns/prod/sa/API..x",
        "spiffe://10.0.0.1/x, 10.0.0.1, /x",
    })
    void readsWhatIsOne(String text, String domain, String path) {
        assertThat(SpiffeId.parse(text)).isEqualTo(new SpiffeId(domain, path)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "spiffe:/example.org",
                "spiffe://",
                "spiffe:///path",
                "SPIFFE://example.org",
                "https://example.org/x",
                "spiffe://Example.org/x",
                "spiffe://ex\u00e4mple.org/x",
                "spiffe://example.org:443/x",
                "spiffe://user@example.org/x",
                "spiffe://exa%6dple.org/x",
                "spiffe://example.org/",
                "spiffe://example.org/x/",
                "spiffe://example.org//x",
                "spiffe://example.org/./x",
                "spiffe://example.org/x/..",
                "spiffe://example.org/x%20y",
                "spiffe://example.org/x?y",
                "spiffe://example.org/x#y",
                "spiffe://example.org?x",
                "spiffe://example.org/\u00e9",
            })
    void refusesWhatIsNone(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpiffeId.parse(text))
                .withMessageStartingWith("expected: ");
    }

    @Test
    void isBounded() {
        assertThat(SpiffeId.parse("spiffe://d/" + "x".repeat(2037)).path()).hasSize(2038);
        assertThatIllegalArgumentException().isThrownBy(() -> SpiffeId.parse("spiffe://d/" + "x".repeat(2038)));
        assertThatIllegalArgumentException().isThrownBy(() -> SpiffeId.parse("spiffe://" + "d".repeat(256) + "/x"));
    }

    @Test
    void isTheOneUriOfACertificate() throws CertificateParsingException {
        assertThat(SpiffeId.of(with("spiffe://prod/db"))).contains(new SpiffeId("prod", "/db"));
        assertThat(SpiffeId.of(with("https://prod/db"))).isEmpty();
        assertThat(SpiffeId.of(ROOT.client("none").issue().leaf())).isEmpty();
    }

    @Test
    void isNoneWhereACertificateHasMoreOrABadOne() {
        for (X509Certificate each : List.of(
                with("spiffe://prod/db", "https://prod/db"),
                with("https://prod/db", "spiffe://prod/db"),
                with("spiffe://prod/a", "spiffe://prod/b"),
                with("spiffe://prod/a", "spiffe://prod/a"),
                with("SpIfFe://prod/a"),
                with("spiffe:prod/a"))) {
            assertThatThrownBy(() -> SpiffeId.of(each)).isInstanceOf(CertificateParsingException.class);
        }
    }

    private static X509Certificate with(String... uris) {
        return ROOT.client("x").uri(uris).issue().leaf();
    }
}
