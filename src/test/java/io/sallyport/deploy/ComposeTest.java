package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.value.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docker-compose.yml by Compose itself, which needs no engine for it, and held against the code. */
final class ComposeTest {
    private static final Path FILE = Path.of("docker-compose.yml");

    private final JsonNode compose = new ObjectMapper()
            .valueToTree(Manifests.documents(Files.readString(FILE)).get(0));

    @TempDir
    private Path directory;

    ComposeTest() throws IOException {}

    @Test
    void keepsToTheSchema() throws Exception {
        assertThat(problems(FILE)).isEmpty();
    }

    @Test
    void aMisspeltKeyWouldBeSeen() throws Exception {
        Path bad = Files.writeString(
                directory.resolve("docker-compose.yml"), Files.readString(FILE).replace("read_only:", "readonly:"));

        assertThat(problems(bad)).contains("readonly");
    }

    @Test
    void theProxyRunsAsConfinedAsTheImageAllows() {
        JsonNode sallyport = service("sallyport");

        assertThat(sallyport.path("read_only").asBoolean()).isTrue();
        assertThat(texts(sallyport.path("cap_drop"))).containsExactly("ALL");
        assertThat(texts(sallyport.path("security_opt"))).containsExactly("no-new-privileges:true");
        assertThat(sallyport.path("mem_limit").asText()).isEqualTo("192m");
        assertThat(sallyport.path("build").path("dockerfile").asText()).isEqualTo(Dockerfile.FILE.toString());
        assertThat(texts(sallyport.path("volumes"))).containsExactly("tls:/etc/sallyport/tls:ro");
        assertThat(service("certificates").path("command").path(0).asText()).contains("chown 65532:65532");
        assertThat(sallyport
                        .path("depends_on")
                        .path("certificates")
                        .path("condition")
                        .asText())
                .isEqualTo("service_completed_successfully");
    }

    @Test
    void portsAndTimesAreThoseOfTheConfiguration() throws Exception {
        ProxyConfig config = config();
        ListenerConfig https = Objects.requireNonNull(config.listeners().get("https"));
        HostPort metrics = Objects.requireNonNull(config.metrics().bind());
        JsonNode sallyport = service("sallyport");

        assertThat(https.bind()).hasToString("0.0.0.0:8443");
        assertThat(config.admin().bind()).hasToString("127.0.0.1:9901");
        assertThat(metrics).hasToString("0.0.0.0:9902");
        assertThat(texts(sallyport.path("ports"))).containsExactly("8443:8443", "127.0.0.1:9902:9902");
        String grace = sallyport.path("stop_grace_period").asText();
        assertThat(Duration.parse("PT" + grace))
                .isGreaterThan(config.drain().delay().plus(config.drain().timeout()));
        assertThat(Objects.requireNonNull(config.backends().get("app")).servers())
                .extracting("address")
                .hasToString("[app:8080]");
        assertThat(texts(service("app").path("command"))).contains("-listen=:8080");
        assertThat(Files.readString(Path.of("src", "main", "prometheus", "prometheus.yml")))
                .contains("targets: [\"sallyport:" + metrics.port() + "\"]");
    }

    @Test
    void whatIsMountedIsThere() {
        List<String> mounted = new ArrayList<>();
        compose.path("services").forEach(service -> mounted.addAll(texts(service.path("volumes"))));

        assertThat(mounted.stream()
                        .filter(volume -> volume.startsWith("./"))
                        .map(volume -> Path.of(volume.split(":", 2)[0])))
                .hasSize(3)
                .allSatisfy(path -> assertThat(path).exists());
        assertThat(texts(service("grafana").path("volumes")))
                .contains("./" + Dashboard.FILE + ":/var/lib/grafana/dashboards/sallyport.json:ro");
    }

    @Test
    void grafanaFindsPrometheusAndTheDashboard() throws IOException {
        Path provisioning = Path.of("src", "main", "grafana", "provisioning");

        assertThat(Files.readString(provisioning.resolve("datasources/prometheus.yml")))
                .contains("url: http://prometheus:9090")
                .contains("isDefault: true");
        assertThat(Files.readString(provisioning.resolve("dashboards/sallyport.yml")))
                .contains("path: /var/lib/grafana/dashboards\n");
    }

    @Test
    void everyImageHasAVersion() {
        assertThat(compose.path("services").findValuesAsText("image"))
                .isNotEmpty()
                .allSatisfy(image -> assertThat(image).matches("[a-z/-]+:v?\\d[\\w.]*"));
    }

    /** The file of the image with the variables that Compose sets, each of which it has to have. */
    private ProxyConfig config() throws ConfigException, IOException {
        String text = Files.readString(Path.of("conf", "sallyport.conf"));
        StringBuilder file = new StringBuilder(text);
        service("sallyport").path("environment").properties().forEach(variable -> {
            assertThat(text).contains("${?" + variable.getKey() + "}");
            file.append(variable.getKey())
                    .append(" = ")
                    .append(variable.getValue())
                    .append('\n');
        });
        return ConfigLoader.load(Files.writeString(directory.resolve("sallyport.conf"), file));
    }

    private JsonNode service(String name) {
        JsonNode service = compose.path("services").path(name);
        assertThat(service.isObject()).as(name).isTrue();
        return service;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(entry -> texts.add(entry.asText()));
        return texts;
    }

    /** What Compose finds wrong; the test is skipped where there is none. */
    private String problems(Path file) throws IOException, InterruptedException {
        boolean installed = Stream.of(System.getenv("PATH").split(Pattern.quote(":"), -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "docker-compose")));
        if (!installed) {
            return abort("no docker-compose: the schema is not checked (Debian: docker-compose)");
        }
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder("docker-compose", "-f", file.toString(), "config", "--quiet")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(output);
        assertThat(process.exitValue() == 0).as(said).isEqualTo(said.isEmpty());
        return said;
    }
}
