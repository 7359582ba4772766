package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sallyport.testing.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts, by promtool. */
final class AlertsTest {
    private static final Path FOLDER = Path.of("src", "main", "prometheus");
    private static final Path NOTHING = Path.of("/dev/null");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    @Test
    void eachAlertFiresWhenItShouldAndNotBefore() throws Exception {
        Promtool.Outcome outcome = Promtool.run(
                NOTHING, "test", "rules", FOLDER.resolve("alerts.test.yml").toString());

        assertThat(outcome.code()).as(outcome.output()).isZero();
    }

    @Test
    void aChangedThresholdIsSeenByTheTests() throws Exception {
        String alerts = Files.readString(FOLDER.resolve("alerts.yml"));
        Files.writeString(directory.resolve("alerts.yml"), alerts.replace("> 0.1\n", "> 0.9\n"));
        Path tests = Files.copy(FOLDER.resolve("alerts.test.yml"), directory.resolve("alerts.test.yml"));

        Promtool.Outcome outcome = Promtool.run(NOTHING, "test", "rules", tests.toString());

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output()).contains("SallyportHandshakeFailures");
    }

    @Test
    void everyAlertIsTestedBothWays() throws IOException {
        Set<String> alerts = names(Files.readString(FOLDER.resolve("alerts.yml")), "- alert: (\\w+)");
        String tests = Files.readString(FOLDER.resolve("alerts.test.yml"));

        assertThat(names(tests, "alertname: (\\w+)\\n +exp_alerts:")).isEqualTo(alerts);
        assertThat(names(tests, "alertname: (\\w+)\\n(?! +exp_alerts:)")).isEqualTo(alerts);
    }

    @Test
    void everyAlertIsInTheManual() throws IOException {
        assertThat(Documents.rows("alert").stream().map(Documents.Row::name))
                .containsExactlyElementsOf(rules().stream()
                        .map(rule -> String.valueOf(rule.get("alert")))
                        .toList());
    }

    @Test
    void everyAlertSaysWhatHappenedAndWhatToDo() throws IOException {
        for (Map<?, ?> rule : rules()) {
            assertThat((Map<?, ?>) rule.get("annotations")).as(rule.toString()).hasSize(2);
            assertThat(rule)
                    .extracting("annotations.summary", "annotations.description")
                    .doesNotContainNull();
            assertThat(rule).extracting("labels.severity").isIn("warning", "critical");
        }
    }

    @Test
    void theConfigurationForComposeIsOneThatPrometheusTakes() throws Exception {
        Promtool.Outcome outcome = Promtool.run(
                NOTHING, "check", "config", FOLDER.resolve("prometheus.yml").toString());

        assertThat(outcome.code()).as(outcome.output()).isZero();
    }

    /** The rules of alerts.yml. */
    static List<Map<?, ?>> rules() throws IOException {
        JsonNode file = JSON.valueToTree(Manifests.documents(Files.readString(FOLDER.resolve("alerts.yml")))
                .get(0));
        List<Map<?, ?>> rules = new ArrayList<>();
        for (JsonNode group : file.path("groups")) {
            group.path("rules").forEach(rule -> rules.add(JSON.convertValue(rule, Map.class)));
        }
        assertThat(rules).isNotEmpty();
        return rules;
    }

    private static Set<String> names(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
