package io.sallyport.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which changes of a configuration a reload refuses, and which are none. */
class RestartKeysTest {
    private static final String BASE = """
            sallyport {
              listeners.https {
                bind = "127.0.0.1:8443", backend = app
                tls.certificates = [{ chain = a.crt, key = a.key }]
                tls.client-auth { mode = require, trust-anchors = [ca.crt], allow = [{ cn = ops }] }
              }
              backends.app { servers = ["127.0.0.1:1"], tls { enabled = on } }
            """;

    @TempDir
    private Path directory;

    @Test
    void everyKeyThatNeedsARestartIsNamedWithItsPlaceAndValue() throws Exception {
        ProxyConfig serving = load(BASE + "}");
        ProxyConfig next = load(BASE + """
                event-loops = 7
                admin.bind = ""
                access-log.target = other.log
                reload { watch = off, poll = 1h, max-age = 5s }
                log { level = debug, format = text }
                }
                """);

        List<ConfigProblem> problems = next.restartKeys().changesFrom(serving.restartKeys());

        assertThat(problems)
                .extracting(ConfigProblem::path)
                .containsExactly(
                        "access-log.target", "admin.bind", "event-loops", "log.format", "reload.poll", "reload.watch");
        assertThat(problems.get(2))
                .hasToString(directory.resolve("x.conf")
                        + ":8: event-loops: \"7\" (expected: as at start; restart to change it)");
    }

    @Test
    void aValueThatIsWrittenInAnotherWayIsNoChange() throws Exception {
        ProxyConfig serving = load(BASE + "reload.poll = 10s, reload.watch = on }");
        ProxyConfig next = load(BASE + "reload { poll = 10000ms, watch = yes } }");

        assertThat(next.restartKeys().changesFrom(serving.restartKeys())).isEmpty();
    }

    @Test
    void whereSomethingStandsIsNoPartOfItsValue() throws Exception {
        ProxyConfig one = load(BASE + "}");
        ProxyConfig other = load("# A line more.\n\n" + BASE + "}");

        assertThat(other).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(place(other)).isNotEqualTo(place(one));
    }

    private ProxyConfig load(String text) throws Exception {
        return ConfigLoader.load(Files.writeString(directory.resolve("x.conf"), text));
    }

    private static String place(ProxyConfig config) {
        return Objects.requireNonNull(config.listeners().get("https"))
                .tls()
                .clientAuth()
                .where();
    }
}
