package io.sallyport.config.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.hocon.Place;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CertificateConfigTest {

    @Test
    void readsPemFilesWithoutAPassword() throws ConfigException {
        assertThat(load("chain = tls.crt, key = tls.key"))
                .usingRecursiveComparison()
                .ignoringFields("place")
                .isEqualTo(new CertificateConfig.Pem(
                        Path.of("/etc/x/tls.crt"), Path.of("/etc/x/tls.key"), new PasswordConfig.None(), "test"));
    }

    @Test
    void readsAKeyStoreWithAliasAndPassword() throws ConfigException {
        assertThat(load("keystore = site.p12, alias = web, password-file = pass"))
                .usingRecursiveComparison()
                .ignoringFields("place")
                .isEqualTo(new CertificateConfig.Keystore(
                        Path.of("/etc/x/site.p12"),
                        "web",
                        new PasswordConfig.File(Path.of("/etc/x/pass")),
                        new Place("test")));
    }

    @Test
    void readsTheNameOfAVariable() throws ConfigException {
        assertThat(load("chain = tls.crt, key = tls.key, password-env = KEY_PASSWORD")
                        .password())
                .isEqualTo(new PasswordConfig.Variable("KEY_PASSWORD"));
    }

    @Test
    void refusesTwoPasswords() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load("chain = a, key = b, password-file = c, password-env = D"))
                .withMessageContaining(
                        "certificates[0].password-env: given together with password-file (expected: one or the other)");
    }

    @Test
    void refusesAKeyStoreBesideAPair() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load("keystore = a, chain = b, key = c"))
                .withMessageContaining("certificates[0].keystore: given together with chain or key");
    }

    @Test
    void readsAFolderWithOnePasswordForAll() throws ConfigException {
        assertThat(load("directory = certs, password-file = pass"))
                .isEqualTo(new CertificateConfig.Directory(
                        Path.of("/etc/x/certs"), new PasswordConfig.File(Path.of("/etc/x/pass")), new Place("test")));
    }

    @Test
    void refusesAFolderBesideAPair() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load("directory = certs, chain = b, key = c"))
                .withMessageContaining(
                        "certificates[0].directory: given together with chain, key or keystore (expected: one or the"
                                + " other)");
    }

    private static CertificateConfig load(String certificate) throws ConfigException {
        String text = "sallyport { listeners.https { bind = \"127.0.0.1:0\", backend = app,"
                + " tls.certificates = [ { " + certificate + " } ] }\n"
                + "backends.app.servers = [\"127.0.0.1:1\"] }";
        ProxyConfig config = ConfigLoader.load(text, "test", Path.of("/etc/x"));
        return Objects.requireNonNull(config.listeners().get("https"))
                .tls()
                .certificates()
                .get(0);
    }
}
