package io.sallyport.config.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.config.value.Cidr;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAuthConfigTest {
    private static final String PIN = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    @Test
    void asksNobodyByDefault() throws ConfigException {
        ClientAuthConfig config = load("");

        assertThat(config.mode()).isEqualTo(Mode.NONE);
        assertThat(config.trustAnchors()).isEmpty();
        assertThat(config.crls()).isEmpty();
        assertThat(config.crlPolicy()).isEqualTo(CrlPolicy.SOFT_FAIL);
        assertThat(config.maxDepth()).isEqualTo(4);
        assertThat(config.sendCaNames()).isTrue();
        assertThat(config.allow()).isEmpty();
        assertThat(config.deny()).isEmpty();
    }

    @Test
    void readsEveryKey() throws ConfigException {
        ClientAuthConfig config = load("mode = require, trust-anchors = [ca.crt, system], crls = [a.crl, b.crl]\n"
                + "crl-policy = hard-fail, max-depth = 0, send-ca-names = off\n"
                + "allow = [ { dns = \"*.clients.example\", ou = ops }, { uri = \"spiffe://prod/**\" } ]\n"
                + "deny = [ { cn = x }, { o = y }, { email = \"a@b\" }, { ip = \"10.0.0.0/8\" }, { issuer = \"CN=Old CA\""
                + " }, { serial = \"0A:ff\" }, { spki-sha256 = \"" + PIN + "\" } ]");

        assertThat(config.mode()).isEqualTo(Mode.REQUIRE);
        assertThat(config.trustAnchors())
                .containsExactly(
                        new TrustAnchorConfig.PemFile(Path.of("/etc/x/ca.crt")), new TrustAnchorConfig.SystemStore());
        assertThat(config.crls()).containsExactly(Path.of("/etc/x/a.crl"), Path.of("/etc/x/b.crl"));
        assertThat(config.crlPolicy()).isEqualTo(CrlPolicy.HARD_FAIL);
        assertThat(config.maxDepth()).isZero();
        assertThat(config.sendCaNames()).isFalse();
        assertThat(config.allow())
                .hasToString("[{ ou = \"ops\", dns = \"*.clients.example\" }, { uri = \"spiffe://prod/**\" }]");
        assertThat(config.deny())
                .hasToString("[{ cn = \"x\" }, { o = \"y\" }, { email = \"a@b\" }, { ip = \"10.0.0.0/8\" },"
                        + " { issuer = \"CN=Old CA\" }, { serial = \"aff\" }, { spki-sha256 = \"" + PIN + "\" }]");
    }

    @Test
    void tellsListsThatAreFetchedFromFiles() throws ConfigException {
        ClientAuthConfig config = load(
                "crls = [a.crl, \"http://pki.example/ca.crl\", \"HTTPS://PKI.example:8443/x?y=z\"]\n"
                        + "crl-distribution-points = on, crl-refresh = 10m, crl-storage = lists, crl-networks = [\"10.0.0.0/8\"]");

        CrlFetchConfig fetched = config.fetchedCrls();
        assertThat(config.crls()).containsExactly(Path.of("/etc/x/a.crl"));
        assertThat(fetched.urls())
                .containsExactly(URI.create("http://pki.example/ca.crl"), URI.create("HTTPS://PKI.example:8443/x?y=z"));
        assertThat(fetched.distributionPoints()).isTrue();
        assertThat(fetched.refresh()).isEqualTo(Duration.ofMinutes(10));
        assertThat(fetched.storage()).isEqualTo(Path.of("/etc/x/lists"));
        assertThat(fetched.networks()).containsExactly(Cidr.parse("10.0.0.0/8"));
        assertThat(fetched.file(fetched.urls().get(0)).toString()).startsWith("/etc/x/lists/pki.example-");
        assertThat(config.looksUpRevocation()).isTrue();
    }

    @Test
    void pinsKeysWithoutAnchors() throws ConfigException {
        ClientAuthConfig config = load("mode = pinned, allow = [ { spki-sha256 = \"" + PIN + "\", cn = ops } ]");

        assertThat(config.mode()).isEqualTo(Mode.PINNED);
        assertThat(config.allow()).singleElement().matches(AccessRuleConfig::isPinned);
    }

    @Test
    void takesAPinWithoutPaddingForTheSame() throws ConfigException {
        ClientAuthConfig config = load("deny = [ { spki-sha256 = \"" + PIN.replace("=", "") + "\" } ]");

        assertThat(config.deny()).hasToString("[{ spki-sha256 = \"" + PIN + "\" }]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mode = require | trust-anchors: [] (expected: at least one file, or system, when mode is require)",
                "mode = request | trust-anchors: [] (expected: at least one file, or system, when mode is request)",
                "mode = pinned | allow: [] (expected: at least one rule, each with spki-sha256, when mode is pinned)",
                "mode = pinned, allow = [{ cn = x }] | allow: [{ cn = \"x\" }] (expected: at least one rule, each with",
                "mode = unverified, allow = [{ cn = x }] | allow: [{ cn = \"x\" }] (expected: [] when mode is unverified,",
                "mode = unverified, deny = [{ cn = x }] | deny: [{ cn = \"x\" }] (expected: [] when mode is unverified,",
                "mode = unverified, crls = [a.crl] | crls: [/etc/x/a.crl] (expected: [] when mode is unverified,",
                "crls = [\"http://\"] | crls: \"http://\" (expected: a file, PEM or DER, or an http or https URL",
                "crls = [\"http://a:b@c/\"] | crls: \"http://a:b@c/\" (expected: a file, PEM or DER, or an http",
                "crls = [\"https://pki.example/a#b\"] | crls: \"https://pki.example/a#b\" (expected: a file",
                "crls = [\"ftp://x/y\"] | crls: \"ftp://x/y\" (expected: a file, PEM or DER, or an http or https URL",
                "crls = [\"ldap://x/cn=y\"] | crls: \"ldap://x/cn=y\" (expected: a file, PEM or DER, or an http or",
                "crls = [\"file:///x/y\"] | crls: \"file:///x/y\" (expected: a file, PEM or DER, or an http or https",
                "crl-storage = \"http://x/y\" | crl-storage: \"http://x/y\" (expected: a file)",
                "trust-anchors = [\"https://x/y\"] | trust-anchors: \"https://x/y\" (expected: a PEM file, the word",
                "crl-refresh = 0s | crl-refresh: 0s (expected: 1s or more; a list has to be asked for again)",
                "crl-refresh = 1ms | crl-refresh: \"1ms\" (expected:",
                "crl-networks = [10.0.0.1/8] | crl-networks: \"10.0.0.1/8\" (expected: an address, or a network",
                "crl-distribution-points = on, mode = pinned | crl-distribution-points: on (expected: off when mode is",
                "crl-policy = maybe | crl-policy: \"maybe\" (expected: soft-fail | hard-fail)",
                "max-depth = 9 | max-depth: \"9\" (expected: 0..8)",
                "crls = [\"\"] | crls: \"\" (expected: a file, PEM or DER, or an http",
                "allow = [{}] | allow[0].cn: missing (expected: at least one of cn, ou, o, email, dns, uri, ip,"
                        + " issuer,",
                "deny = [{ cn = \"\" }] | deny[0].cn: \"\" (expected: a text, compared exactly)",
                "deny = [{ cn = [a, b] }] | deny[0].cn: 2 values (expected: one; several rules are several entries)",
                "allow = [{ cm = x }] | allow[0].cm: unknown key (did you mean \"cn\"?)",
                "allow = [{ dns = \"\" }] | allow[0].dns: \"\" (expected: a DNS name; * is one whole label",
                "allow = [{ uri = \"spiffe://a/**/b\" }] | allow[0].uri: \"spiffe://a/**/b\" (expected: a URI; *",
                "allow = [{ ip = \"10.0.0.1/8\" }] | allow[0].ip: \"10.0.0.1/8\" (expected: an address, or a network",
                "allow = [{ issuer = ops }] | allow[0].issuer: \"ops\" (expected: a distinguished name",
                "allow = [{ serial = xyz }] | allow[0].serial: \"xyz\" (expected: hexadecimal digits",
                "allow = [{ spki-sha256 = \"AAAA\" }] | allow[0].spki-sha256: \"AAAA\" (expected: the Base64 of a"
                        + " SHA-256",
                "deny = [{ dns = \"m\u00fcnchen.example\" }] | deny[0].dns: \"m\u00fcnchen.example\" (expected: a DNS name",
                "deny = [{ uri = \"spiffe://prod/a b\" }] | deny[0].uri: \"spiffe://prod/a b\" (expected: a URI",
                "deny = [{ spki-sha256 = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\" }] | deny[0].spki-sha256:",
                "deny = [{ spki-sha256 = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\" }] | deny[0].spki-sha256:",
                "allow = [{ spki-sha256 = \"%%%\" }] | allow[0].spki-sha256: \"%%%\" (expected: the Base64 of a SHA-256"
            })
    void refusesWithTheRule(String text, String problem) {
        ConfigException refusal = catchThrowableOfType(ConfigException.class, () -> load(text));

        assertThat(refusal).hasMessageContaining("client-auth." + problem);
    }

    private static ClientAuthConfig load(String clientAuth) throws ConfigException {
        String text = "sallyport { listeners.https { bind = \"127.0.0.1:0\", backend = app, tls {\n"
                + "certificates = [ { chain = a, key = b } ]\n"
                + "client-auth {\n" + clientAuth + "\n} } }\n"
                + "backends.app.servers = [\"127.0.0.1:1\"] }";
        ProxyConfig config = ConfigLoader.load(text, "test", Path.of("/etc/x"));
        return Objects.requireNonNull(config.listeners().get("https")).tls().clientAuth();
    }
}
