package io.sallyport.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import io.sallyport.config.ConfigLoader;
import io.sallyport.testing.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What 0 does to each duration and limit, as the manual says. */
final class ZeroTest {
    private static final Pattern AMOUNT = Pattern.compile("(\\d+)(ms|s|m|h|d|%|)");

    /** Limits whose default is a word. */
    private static final Set<String> AUTOMATIC = Set.of("limits.connections");

    @TempDir
    private Path directory;

    static List<Documents.Row> rows() {
        return Documents.rows("key, when 0");
    }

    @Test
    void everyDurationAndLimitIsInTheTable() {
        Config reference = ConfigFactory.parseResources("reference.conf").getConfig("sallyport");

        Set<String> keys = new TreeSet<>();
        reference.entrySet().stream()
                .filter(ZeroTest::isAmount)
                .forEach(entry -> keys.add(entry.getKey()
                        .replace("defaults.acme.", "acme.NAME.")
                        .replace("defaults.listener.", "listeners.NAME.")
                        .replace("defaults.backend.", "backends.NAME.")));
        Set<String> listed = new TreeSet<>();
        rows().forEach(row -> listed.add(row.name()));
        assertThat(listed).isEqualTo(keys);
    }

    private static boolean isAmount(Map.Entry<String, ConfigValue> entry) {
        return AUTOMATIC.contains(entry.getKey())
                || AMOUNT.matcher(String.valueOf(entry.getValue().unwrapped())).matches();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void zeroIsTakenOrAnErrorAsTheTableSays(Documents.Row row) throws IOException {
        String zero = "0" + amount(smallest(row)).group(2);

        if (row.third().startsWith("error")) {
            assertThat(problems(row.name(), zero)).singleElement().asString().contains(key(row.name()) + ": ");
        } else {
            assertThat(problems(row.name(), zero)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void smallestValueIsTakenAndWhatIsBelowItIsNot(Documents.Row row) throws IOException {
        String smallest = smallest(row);
        assertThat(problems(row.name(), smallest)).isEmpty();

        Matcher amount = amount(smallest);
        if (amount.group(2).endsWith("s")) {
            long micros = Long.parseLong(amount.group(1)) * (amount.group(2).equals("s") ? 1_000_000 : 1_000) - 1;
            assertThat(problems(row.name(), micros + "us"))
                    .singleElement()
                    .asString()
                    .contains(key(row.name()) + ": \"" + micros + "us\" (expected: at least " + smallest + ")");
        }
    }

    private static String smallest(Documents.Row row) {
        return row.second().replace("`", "");
    }

    private static Matcher amount(String text) {
        Matcher amount = AMOUNT.matcher(text);
        assertThat(amount.matches()).as(text).isTrue();
        return amount;
    }

    private static String key(String name) {
        return name.replace("listeners.NAME", "listeners.https")
                .replace("backends.NAME", "backends.app")
                .replace("acme.NAME", "acme.public");
    }

    private List<ConfigProblem> problems(String name, String value) throws IOException {
        String text = Stream.of(
                        "listeners.https { bind = \"127.0.0.1:0\", backend = app,"
                                + " tls.certificates = [{ chain = c, key = k }] }",
                        "backends.app { servers = [\"127.0.0.1:1\"], health-check.type = tcp }",
                        // Else a small max-ttl is a contradiction.
                        "dns.min-ttl = 0s",
                        "acme.public { directory = \"https://ca.example/\", agree-terms = on, storage = acme }",
                        key(name) + " = " + value)
                .map(line -> "sallyport." + line + "\n")
                .collect(Collectors.joining());
        try {
            ConfigLoader.load(text, "x.conf", directory);
            return List.of();
        } catch (ConfigException e) {
            return e.problems();
        }
    }
}
