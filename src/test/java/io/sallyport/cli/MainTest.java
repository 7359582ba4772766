package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.PemFiles;
import io.sallyport.testing.SecretFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @TempDir
    private Path directory;

    @Test
    void noCommandIsAUsageError() {
        Outcome outcome = Outcome.of();

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("Missing required subcommand", "Usage: sallyport [-h] COMMAND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"serve", "run", "check", "config", "quickstart", "acme", "healthcheck", "explain", "version"})
    void everyCommandHasHelp(String command) {
        assertThat(Outcome.of("--help").out()).anyMatch(line -> line.startsWith("  " + command + " "));
        for (String option : List.of("-h", "--help")) {
            Outcome outcome = Outcome.of(command, option);
            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out().get(0)).startsWith("Usage: sallyport " + command);
            assertThat(outcome.err()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        bogus                        | Unmatched argument at index 0: 'bogus'
        check --wat                  | Unknown option: '--wat'
        check -c                     | Missing required parameter for option '--config' (FILE)
        quickstart --port 70000      | Invalid value for option '--port': "70000" (expected: 0..65535)
        quickstart --admin-port x    | Invalid value for option '--admin-port': "x" (expected: 0..65535)
        explain                      | Missing required parameter: 'TARGET'
        explain example.com          | "example.com" (expected: host:port or [v6]:port, port 1..65535)
        explain h:0                  | "h:0" (expected: host:port or [v6]:port, port 1..65535)
        explain h:1 --timeout 5      | Invalid value for option '--timeout': "5" (expected: a duration with its unit, as 500ms or 10s, at most 10m)
        explain h:1 --timeout 0s     | Invalid value for option '--timeout': "0s" (expected: a duration with its unit, as 500ms or 10s, at most 10m)
        explain h:1 --cert c.pem     | --cert and --key (expected: both or none; one file may hold both)
        explain h:1 --server-name a..b | --server-name: "a..b" (expected: a host name)
        explain h:1 --alpn h2,,h3    | --alpn: "" (expected: 1 to 255 characters, as h2 or http/1.1)
        healthcheck --admin nowhere  | Invalid value for option '--admin': "nowhere" (expected: host:port or [v6]:port, port 0..65535)
        """)
    void aCommandLineThatMeansNothingIsAUsageError(String line, String message) {
        Outcome outcome = Outcome.of((Object[]) line.split(" "));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().get(0)).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check -c", "run --test -c"})
    void aGoodConfigurationIsFine(String command) throws IOException {
        Outcome outcome = outcome(command, goodConfiguration());

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .satisfiesExactly(
                        tls -> assertThat(tls)
                                .isEqualTo("listeners.https: profile intermediate (Mozilla Server Side TLS 6.0),"
                                        + " TLSv1.2 TLSv1.3, 9 suites, groups X25519MLKEM768 X25519 P-256 P-384"),
                        memory -> assertThat(memory)
                                .matches("memory: \\d+ connections of at most \\d+ KiB heap, .*; \\d+ are taken"),
                        end -> assertThat(end).isEqualTo("configuration is fine"));
        assertThat(outcome.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"check -c", "run --test -c", "run -c"})
    void everyProblemIsToldWithItsPlace(String command) throws IOException {
        Path file = write("""
            sallyport {
              listeners.https {
                bind = "70000"
                backnd = app
                tls.certificates = [{ chain = "c.pem", key = "k.pem" }]
              }
              admin.bind = 1
            }
            """);

        Outcome outcome = outcome(command, file);

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .contains(file + ":3: listeners.https.bind: \"70000\" (expected: host:port or [v6]:port, port 0..65535,"
                        + " or unix:/path of at most 100 bytes, or systemd:NAME)")
                .anyMatch(line -> line.startsWith(file + ":4: listeners.https.backnd: unknown key (did you mean"))
                .anyMatch(line -> line.startsWith(file + ":7: admin.bind: \"1\""))
                .noneMatch(line -> line.contains("Exception"));
    }

    @Test
    void missingMaterialIsToldByCheckToo() throws IOException {
        Path file = write(configuration("none.crt", "none.key"));

        Outcome outcome = outcome("check -c", file);

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isNotEmpty().allMatch(line -> line.contains("none."));
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = directory.resolve("none.conf");
        for (String command : List.of("run -c", "check -c", "config -c", "healthcheck -c")) {
            Outcome outcome = outcome(command, missing);
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).containsExactly(missing + ": no such file (expected: a HOCON file)");
        }
    }

    @Test
    void configTellsTheOriginOfEachValue() throws IOException {
        Path file = goodConfiguration();

        Outcome outcome = outcome("config -c", file);

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .anyMatch(line -> line.matches("sallyport\\.listeners\\.https\\.bind = \"127\\.0\\.0\\.1:0\" +# .*:3"))
                .anyMatch(line -> line.matches(
                        "sallyport\\.listeners\\.https\\.tls\\.profile = \"intermediate\" +# reference\\.conf:\\d+"))
                .anyMatch(line -> line.matches("sallyport\\.drain\\.timeout = \"30s\" +# reference\\.conf:\\d+"))
                .noneMatch(line -> line.startsWith("sallyport.defaults"))
                .isSorted();
    }

    @Test
    void whatConfigPrintsIsAConfigurationThatMeansTheSame() throws IOException {
        Path printed = write(
                String.join("\n", outcome("config -c", goodConfiguration()).out()));

        assertThat(outcome("check -c", printed).err()).isEmpty();
        List<String> again = outcome("config -c", printed).out();
        assertThat(again).anyMatch(line -> line.startsWith("sallyport.listeners.https.bind = \"127.0.0.1:0\""));
    }

    @Test
    void whatConfigPrintsAsksNobodyForTlsWhoHasNone() throws IOException {
        Path file = goodConfiguration();
        Files.writeString(
                file,
                Files.readString(file)
                        + "\nsallyport.listeners { plain { bind = \"127.0.0.1:0\", backend = app },"
                        + " http { bind = \"127.0.0.1:0\", redirect = https } }"
                        + "\nsallyport.backends.limited.servers = [{ address = \"127.0.0.1:1\", max-connections = 1 }]");
        List<String> lines = outcome("config -c", file).out();

        Outcome checked = outcome("check -c", write(String.join("\n", lines)));
        assertThat(checked.err()).isEmpty();
        assertThat(checked.out())
                .contains("listeners.plain: plain TCP", "listeners.http: plain HTTP, sent on to https");
        assertThat(lines)
                .anyMatch(line -> line.startsWith("sallyport.backends.limited.queue.length = 1000"))
                .noneMatch(line -> line.startsWith("sallyport.backends.app.queue"));
    }

    @Test
    void secretsAreMasked() throws IOException {
        Path file = write("""
            sallyport {
              a.password = hunter2
              b { my-secret = hunter2, API_TOKEN = [ hunter2 ] }
              c = [ { keyPassword = hunter2, password-file = "/run/pass" } ]
              d.token { value = hunter2 }
            }
            """);

        List<String> lines = outcome("config -c", file).out();

        assertThat(lines).noneMatch(line -> line.contains("hunter2"));
        assertThat(lines)
                .anyMatch(line -> line.startsWith("sallyport.a.password = \"***\""))
                .anyMatch(line -> line.contains("password-file = \"/run/pass\""));
    }

    @Test
    void noCommandTellsWhatASecretFileHolds() throws IOException {
        goodConfiguration();
        SecretFiles.write(directory.resolve("token"), "hunter2-hunter2-hunter2");
        SecretFiles.write(directory.resolve("secret"), "hunter2-hunter2-hunter2-hunter2-hunter2");
        Path file = write(configuration("tls.crt", "tls.key") + """
            sallyport.admin.token-file = token
            sallyport.listeners.https.tls.session.ticket-secret-file = secret
            """);

        for (String command : List.of("config -c", "check -c", "run --test -c")) {
            Outcome outcome = outcome(command, file);
            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.toString()).doesNotContain("hunter2");
        }
        assertThat(outcome("config -c", file).out()).anyMatch(line -> line.contains("token-file = \"token\""));
    }

    @Test
    void aCommonNameOfThousandsOfLabelsIsAConfigurationLikeAnother() throws IOException {
        CertificateAuthority.selfSigned("a.".repeat(2_000) + "a")
                .server()
                .issue()
                .writePem(directory, "tls");

        Outcome outcome = outcome("check -c", write(configuration("tls.crt", "tls.key")));

        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
        assertThat(outcome.out()).last().isEqualTo("configuration is fine");
    }

    /** Picocli passes errors on; the process ends before anybody else could say a word. */
    @Test
    void anErrorIsTold() {
        StringWriter err = new StringWriter();
        PrintWriter out = new PrintWriter(Writer.nullWriter()) {
            @Override
            public void println(@Nullable Object line) {
                throw new StackOverflowError();
            }

            @Override
            public void println(@Nullable String line) {
                throw new StackOverflowError();
            }
        };

        assertThat(Main.execute(new String[] {"version"}, out, new PrintWriter(err, true)))
                .isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo("internal error: java.lang.StackOverflowError");
    }

    @Test
    void versionNamesWhatIsRunning() {
        Outcome outcome = Outcome.of("version");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).hasSize(4);
        assertThat(outcome.out().get(0)).isEqualTo("Sallyport  development");
        assertThat(outcome.out().get(1)).contains(Runtime.version().toString());
        assertThat(outcome.out().get(2)).matches("transport  epoll, nio; Netty 4\\.\\d+\\.\\d+\\.Final");
        assertThat(outcome.out().get(3)).matches("TLS        BoringSSL.*, netty-tcnative 2\\.\\d+\\.\\d+\\.Final");
    }

    private static Outcome outcome(String command, Path file) {
        return Outcome.of((Object[]) (command + " " + file).split(" "));
    }

    private Path goodConfiguration() throws IOException {
        PemFiles files = CertificateAuthority.selfSigned("localhost")
                .server()
                .dns("localhost")
                .issue()
                .writePem(directory, "tls");
        return write(configuration(
                files.chain().getFileName().toString(),
                files.key().getFileName().toString()));
    }

    private static String configuration(String chain, String key) {
        return """
            sallyport {
              listeners.https {
                bind = "127.0.0.1:0"
                backend = app
                tls.certificates = [{ chain = "%s", key = "%s" }]
              }
              backends.app.servers = ["127.0.0.1:1"]
              admin.bind = "127.0.0.1:0"
            }
            """.formatted(chain, key);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "sallyport", ".conf"), text);
    }
}
