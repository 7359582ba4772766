package io.sallyport.config.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.hocon.ConfigException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Authorities, and the certificates that are ordered from them. */
final class AcmeConfigTest {

    @Test
    void readsAnAuthorityAndWhatIsOrderedFromIt() throws ConfigException {
        CertificateConfig.Acme certificate = load(
                "acme.lan { agree-terms = on, contact = [\"ops@example.com\", \"mailto:b@example.com\"],"
                        + " directory = \"https://ca.lan/dir\", storage = certs, key = rsa, profile = shortlived,"
                        + " renew-before = 2d, trust-anchors = [lan.crt],"
                        + " external-account { key-id = k1, hmac-key-file = hmac } }",
                "acme = lan, names = [\"Example.COM.\", \"b\u00fccher.example\", \"192.0.2.1\", \"2001:db8::1\", example.com]");

        assertThat(certificate.names())
                .containsExactly("example.com", "xn--bcher-kva.example", "192.0.2.1", "2001:db8:0:0:0:0:0:1");
        assertThat(certificate.authority())
                .isEqualTo(new AcmeConfig(
                        "lan",
                        URI.create("https://ca.lan/dir"),
                        List.of("mailto:ops@example.com", "mailto:b@example.com"),
                        Path.of("/etc/x/certs"),
                        AcmeConfig.Key.RSA,
                        AcmeConfig.Challenge.TLS_ALPN_01,
                        "shortlived",
                        new RenewBefore(Duration.ofDays(2), 0),
                        List.of(new TrustAnchorConfig.PemFile(Path.of("/etc/x/lan.crt"))),
                        new AcmeConfig.ExternalAccount("k1", Path.of("/etc/x/hmac"))));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
            directory = "http://ca.lan/dir" => acme.lan.directory: "http://ca.lan/dir" (expected: an https URL
            directory = "https://a:b@ca.lan/dir" => acme.lan.directory: "https://a:b@ca.lan/dir" (expected: an https URL
            directory = letsencrypt => acme.lan.directory: "letsencrypt" (expected: an https URL
            agree-terms = off => acme.lan.agree-terms: off (expected: on, once you have read the terms
            contact = [nobody] => acme.lan.contact: "nobody" (expected: a mail address
            contact = ["a@b.example,c@d.example"] => acme.lan.contact: "a@b.example,c@d.example" (expected: a mail address
            key = dsa => acme.lan.key: "dsa" (expected: ec | rsa)
            renew-before = 100% => acme.lan.renew-before: "100%" (expected: a share of the lifetime, 1%..90%, or a duration
            renew-before = 30 => acme.lan.renew-before: "30" (expected: a share of the lifetime
            renew-before = 0s => acme.lan.renew-before: "0s" (expected: a share of the lifetime
            external-account.key-id = k1 => acme.lan.external-account.hmac-key-file: missing (expected: key-id and hmac-key-file
            challenge = dns-01 => acme.lan.challenge: "dns-01" (expected: tls-alpn-01 | http-01)
            challenge = http-01 => acme.lan.challenge: http-01 without a listener for plain HTTP (expected: one with redirect = https
            """)
    void refusesAnAuthority(String setting, String problem) {
        assertRefused("acme.lan { agree-terms = on, " + setting + " }", "acme = lan, names = [a.example]", problem);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
            acme = wan, names = [a.example] => certificates[0].acme: "wan" (expected: one of the acme entries [lan])
            acme = lan => certificates[0].names: 0 (expected: 1 to 100 host names or addresses)
            acme = lan, names = ["*.example.com"] => certificates[0].names: "*.example.com" (expected: a host name or an IP address; no wildcard
            acme = lan, names = ["a_b.example"] => certificates[0].names: "a_b.example" (expected: a host name or an IP address
            acme = lan, names = ["10.0.0.0/8"] => certificates[0].names: "10.0.0.0/8" (expected: a host name or an IP address
            acme = lan, names = ["300.1.1.1"] => certificates[0].names: "300.1.1.1" (expected:
            acme = lan, names = [a.example], chain = a.crt => certificates[0].acme: given together with files
            """)
    void refusesACertificate(String entry, String problem) {
        assertRefused("acme.lan { agree-terms = on }", entry, problem);
    }

    @Test
    void serversAreNotShownWhatIsIssuedForNamesThatClientsAskFor() {
        assertRefused(
                "acme.lan { agree-terms = on }\nbackends.app.tls { enabled = on, certificates = [{ acme = lan }] }",
                "acme = lan, names = [a.example]",
                "backends.app.tls.certificates[0].acme: given for what servers are shown (expected: files");
    }

    private static void assertRefused(String authority, String entry, String problem) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load(authority, entry))
                .withMessageContaining(problem);
    }

    private static CertificateConfig.Acme load(String authority, String entry) throws ConfigException {
        String text = "sallyport {\n" + authority + "\nlisteners.https { bind = \"127.0.0.1:0\", backend = app,"
                + " tls.certificates = [ { " + entry + " } ] }\n"
                + "backends.app.servers = [\"127.0.0.1:1\"] }";
        return (CertificateConfig.Acme) Objects.requireNonNull(ConfigLoader.load(text, "test", Path.of("/etc/x"))
                        .listeners()
                        .get("https"))
                .tls()
                .certificates()
                .get(0);
    }
}
