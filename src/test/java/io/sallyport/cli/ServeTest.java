package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.OptionSpec;

class ServeTest {
    @Test
    void flagsBecomeAConfigurationThatAPersonCanGrowFrom() {
        Outcome outcome = printed("--to 127.0.0.1:8080 --cert tls.crt --key tls.key");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(String.join("\n", outcome.out())).isEqualTo("""
            sallyport {
              listeners.https {
                bind = "0.0.0.0:8443"
                backend = app
                tls {
                  certificates = [{ chain = "tls.crt", key = "tls.key" }]
                }
              }
              backends.app {
                servers = ["127.0.0.1:8080"]
              }
              admin.bind = "127.0.0.1:9901"
              access-log.target = "stdout"
              log.format = "text"
            }""");
    }

    @Test
    void everyFlagHasItsPlace() {
        Outcome outcome = printed(
                "--listen [::1]:443 --to a.example:1 --to unix:/run/x.sock --cert a.pem --key a.key"
                        + " --cert b.pem --key b.key --tls modern --alpn h2,http/1.1 --client-ca ca.pem --client-ca system"
                        + " --allow cn=ops --allow uri=spiffe://x/** --proxy-protocol v2 --trust-proxy 10.0.0.0/8 --starttls smtp --to-tls"
                        + " --to-starttls smtp --to-ca in.pem --to-name app.internal --redirect-from :8080 --admin none --access-log none --log-format json");

        assertThat(outcome.err()).isEmpty();
        assertThat(String.join("\n", outcome.out())).isEqualTo("""
            sallyport {
              listeners.https {
                bind = "[::1]:443"
                backend = app
                starttls = "smtp"
                proxy-protocol {
                  accept = on
                  trusted = ["10.0.0.0/8"]
                }
                tls {
                  profile = "modern"
                  certificates = [{ chain = "a.pem", key = "a.key" }, { chain = "b.pem", key = "b.key" }]
                  alpn = ["h2", "http/1.1"]
                  client-auth {
                    mode = require
                    trust-anchors = ["ca.pem", "system"]
                    allow = [{ "cn" = "ops" }, { "uri" = "spiffe://x/**" }]
                  }
                }
              }
              listeners.http {
                bind = "0.0.0.0:8080"
                redirect = https
              }
              backends.app {
                servers = ["a.example:1", "unix:/run/x.sock"]
                proxy-protocol.send = "v2"
                tls {
                  enabled = on
                  starttls = "smtp"
                  server-name = "app.internal"
                  trust-anchors = ["in.pem"]
                }
              }
              admin.bind = ""
              access-log.target = "none"
              log.format = "json"
            }""");
    }

    @Test
    void aCertificateIsOrderedWithoutAFile() {
        Outcome outcome = printed("--to 127.0.0.1:8080 --acme a.example,b.example --contact ops@a.example --agree-terms"
                + " --acme-directory https://ca.lan/dir --acme-storage /var/lib/acme");

        assertThat(outcome.err()).isEmpty();
        assertThat(String.join("\n", outcome.out()))
                .contains("""
              acme.default {
                directory = "https://ca.lan/dir"
                agree-terms = on
                contact = ["ops@a.example"]
                storage = "/var/lib/acme"
              }
            """, "certificates = [{ acme = default, names = [\"a.example\", \"b.example\"] }]");
    }

    @Test
    void whatIsPrintedIsAFileWithTheSameMeaning(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("sallyport.conf");
        Files.write(
                file,
                printed("--listen :8443 --to 127.0.0.1:8080 --cert both.pem").out());

        ProxyConfig config = ConfigLoader.load(file);

        assertThat(config.listeners()).containsOnlyKeys("https");
        assertThat(config.backends()).containsOnlyKeys("app");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        --cert c ~ 2 ~ Missing required option: '--to=ADDRESS'
        --to h:1 ~ 2 ~ Missing required option: '--cert=FILE' or '--acme=NAME'
        --to h:1 --cert a --cert b --key k ~ 2 ~ --cert and --key (expected: a --key for each --cert, or none; one file may hold both)
        --to h:1 --cert c --to-name x ~ 2 ~ --to-ca, --to-name, --to-starttls (expected: with --to-tls)
        --to h:x --cert c ~ 1 ~ command line: 10: backends.app.servers: "h:x" (expected: host:port or [v6]:port, port 0..65535, or unix:/path of at most 100 bytes)
        --to h:1 --cert c --allow cn=x ~ 1 ~ command line: 10: listeners.https.tls.client-auth.allow: [{ cn = "x" }] (expected: at least one rule, each with spki-sha256, when mode is pinned)
        --to h:1 --cert c --agree-terms ~ 2 ~ --agree-terms, --contact (expected: with --acme)
        --to h:1 --acme a.example ~ 1 ~ command line: 4: acme.default.agree-terms: off (expected: on, once you have read the terms of service of the authority and agree to them)
        --to h:1 --cert c --tls best ~ 1 ~ command line: 6: listeners.https.tls.profile: "best" (expected: modern | intermediate | old | custom)
        """)
    void aFlagThatMeansNothingIsRefusedInTheWordsOfTheFile(String flags, int exitCode, String message) {
        Outcome outcome = printed(flags);

        assertThat(outcome.err().get(0)).isEqualTo(message);
        assertThat(outcome.exitCode()).isEqualTo(exitCode);
        assertThat(outcome.out()).isEmpty();
    }

    private static Outcome printed(String flags) {
        return Outcome.of((Object[]) ("serve --print-config " + flags).split(" ", -1));
    }

    @Test
    void everyOptionOfEveryCommandIsInItsHelpWithItsDefault() {
        CommandLines.create(new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter())))
                .getSubcommands()
                .forEach((name, command) -> {
                    String help = command.getUsageMessage().replaceAll("\\s+", "");
                    for (OptionSpec option : command.getCommandSpec().options()) {
                        String byDefault = option.defaultValue();
                        assertThat(help).as(name).contains(option.longestName());
                        assertThat(option.description())
                                .as(name + " " + option.longestName())
                                .isNotEmpty();
                        if (byDefault != null) {
                            assertThat(help).as(name).contains("Default:" + byDefault + ".");
                        }
                    }
                });
    }
}
