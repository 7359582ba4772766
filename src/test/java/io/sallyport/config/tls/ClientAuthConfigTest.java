package io.sallyport.config.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import java.nio.file.Path;
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
                "crl-policy = maybe | crl-policy: \"maybe\" (expected: soft-fail | hard-fail)",
                "max-depth = 9 | max-depth: \"9\" (expected: 0..8)",
                "crls = [\"\"] | crls: \"\" (expected: a file, PEM or DER)",
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
