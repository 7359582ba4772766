package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Openssl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process under a POSIX locale: what it can do works, and what it cannot is told with its reason. */
class LocaleTest {
    private static final String FOLDER = "m\u00fcller";
    private static final String PASSWORD = "gr\u00fc\u00dfe \u20ac";
    private static final String WAY_OUT = "start it with LC_ALL=C.UTF-8";

    @TempDir
    private Path directory;

    @BeforeEach
    void writeConfiguration() throws IOException {
        Openssl openssl = new Openssl(directory);
        openssl.line("req -x509 -newkey rsa:2048 -nodes -keyout plain.key -out tls.crt -days 3 -subj /CN=localhost");
        Files.writeString(directory.resolve("password"), PASSWORD);
        openssl.line("pkcs12 -export -in tls.crt -inkey plain.key -out tls.p12 -passout file:password");
        configuration("password.conf", "{ keystore = tls.p12, password-env = KEY_PASSWORD }");
        configuration("folder.conf", "{ chain = \"" + FOLDER + "/tls.crt\", key = \"" + FOLDER + "/tls.key\" }");
        configuration("variable.conf", "{ chain = ${CHAIN}, key = plain.key }");
    }

    @Test
    void takesAPasswordFromTheEnvironment() throws Exception {
        assertThat(check("LC_ALL=C", "password.conf")).contains("configuration is fine");
        assertThat(check("LC_ALL=C.UTF-8", "password.conf")).contains("configuration is fine");
    }

    @Test
    void saysThatTheLocaleIsWhyAFolderCannotBeNamed() throws Exception {
        assertThat(check("LC_ALL=C", "folder.conf")).contains(FOLDER + "/tls.crt\" (expected: a file name", WAY_OUT);
        assertThat(check("LC_ALL=C", FOLDER + "/x.conf")).contains("/x.conf\" (expected: a file name", WAY_OUT);
        assertThat(check("LC_ALL=C", "variable.conf")).contains(FOLDER + "/tls.crt\" (expected: a file name", WAY_OUT);
        assertThat(check("LC_ALL=C.UTF-8", "folder.conf"))
                .contains(FOLDER + "/tls.crt: no such file")
                .doesNotContain(WAY_OUT);
    }

    private void configuration(String name, String certificate) throws IOException {
        Files.writeString(
                directory.resolve(name),
                "sallyport { listeners.https { bind = \"127.0.0.1:0\", backend = app, tls.certificates = ["
                        + certificate + "] }, backends.app.servers = [\"127.0.0.1:9\"] }");
    }

    /** Through a shell, which passes bytes on: this JVM may have no characters for them. */
    private String check(String locale, String file) throws IOException, InterruptedException {
        Path script = directory.resolve("script");
        Files.writeString(
                script,
                locale + " KEY_PASSWORD='" + PASSWORD + "' CHAIN='" + FOLDER + "/tls.crt' exec \"$@\" check -c '" + file
                        + "'\n");
        List<String> command = new ArrayList<>(List.of("sh", script.toString()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.sallyport.cli.Main"));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.remove("LC_CTYPE");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
