package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be seen of the dashboard without Grafana. */
final class DashboardTest {
    private final Dashboard dashboard = Dashboard.read();

    DashboardTest() throws IOException {}

    @Test
    void panelsLieSideBySideInTwentyFourColumns() {
        Set<Integer> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        for (JsonNode panel : dashboard.panels()) {
            assertThat(ids.add(panel.path("id").asInt())).isTrue();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    assertThat(taken.add(List.of(
                                    place.path("x").asInt() + x, place.path("y").asInt() + y)))
                            .as(panel.path("title").asText())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyPanelSaysWhatItShowsAndAsksTheChosenSource() {
        assertThat(dashboard.panels())
                .filteredOn(panel -> !panel.path("type").asText().equals("row"))
                .isNotEmpty()
                .allSatisfy(panel -> {
                    assertThat(panel.path("description").asText()).isNotBlank();
                    assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
                    assertThat(panel.path("fieldConfig")
                                    .path("defaults")
                                    .path("unit")
                                    .asText())
                            .isNotBlank();
                    assertThat(panel.path("targets")).isNotEmpty().allSatisfy(target -> {
                        assertThat(target.path("legendFormat").asText()).isNotBlank();
                        assertThat(target.path("expr").asText())
                                .contains("job=~\"$job\"")
                                .contains("instance=~\"$instance\"");
                    });
                });
    }

    @Test
    void variablesThatAreUsedAreThere() {
        assertThat(dashboard.json().path("templating").path("list").findValuesAsText("name"))
                .containsExactly("datasource", "job", "instance");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sallyport_connections_total",
                "sallyport_bytes_total",
                "by (result) (rate(sallyport_handshakes_total",
                "by (version) (rate(sallyport_tls_sessions_total",
                "by (cipher) (rate(sallyport_tls_sessions_total",
                "by (group) (rate(sallyport_tls_sessions_total",
                "sallyport_handshake_failures_total",
                "resumed=\"true\"",
                "MLKEM",
                "sallyport_certificate_not_after_timestamp_seconds",
                "sallyport_backend_up",
                "sallyport_limit_rejections_total",
                "jvm_memory_used_bytes",
                "sallyport_direct_memory_used_bytes",
                "sallyport_event_loop_delay_seconds_bucket"
            })
    void showsWhatAnOperatorAsksFor(String part) {
        assertThat(Stream.of(dashboard.queries().values().toArray(new String[0])))
                .anyMatch(query -> query.contains(part));
    }
}
