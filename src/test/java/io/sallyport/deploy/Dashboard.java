package io.sallyport.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dashboard for Grafana. */
record Dashboard(JsonNode json) {
    static final Path FILE = Path.of("src", "main", "grafana", "sallyport.json");

    static Dashboard read() throws IOException {
        return new Dashboard(new ObjectMapper().readTree(Files.readString(FILE)));
    }

    List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        json.path("panels").forEach(panels::add);
        return panels;
    }

    /** What the panels ask Prometheus, by panel and letter, with the variables filled in as Grafana does for "All". */
    Map<String, String> queries() {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonNode panel : panels()) {
            for (JsonNode target : panel.path("targets")) {
                queries.put(
                        panel.path("title").asText() + " "
                                + target.path("refId").asText(),
                        filled(target.path("expr").asText()));
            }
        }
        for (JsonNode annotation : json.path("annotations").path("list")) {
            queries.put(
                    "annotation " + annotation.path("name").asText(),
                    filled(annotation.path("expr").asText()));
        }
        return queries;
    }

    private static String filled(String expression) {
        return expression
                .replace("$__rate_interval", "1m")
                .replace("$job", ".*")
                .replace("$instance", ".*");
    }
}
