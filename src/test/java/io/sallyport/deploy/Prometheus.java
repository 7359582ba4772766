package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Prometheus that scrapes one proxy every second and has our alerts. */
final class Prometheus implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("msg=\"Listening on\" address=(127\\.0\\.0\\.1:\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path log;
    private final String address;

    private Prometheus(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.address = awaitAddress();
        // It listens before it has read what it stores, and answers 503 meanwhile.
        await("Prometheus ready").atMost(PATIENCE).until(() -> send("/-/ready").statusCode() == 200);
    }

    /** Starts it, with all its files in {@code directory}. */
    static Prometheus scraping(InetSocketAddress admin, Path directory) throws IOException {
        return scraping(admin, directory, "");
    }

    /** The same with more lines of the scrape configuration. */
    static Prometheus scraping(InetSocketAddress admin, Path directory, String more) throws IOException {
        Promtool.assumeInstalled("prometheus");
        Path alerts = Path.of("src", "main", "prometheus", "alerts.yml").toAbsolutePath();
        Path configuration =
                Files.writeString(directory.resolve("prometheus.yml"), """
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: [ "%s" ]
                scrape_configs:
                  - job_name: sallyport
                    static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
                    %s
                """.formatted(alerts, admin.getPort(), more));
        Path log = directory.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            return new Prometheus(process, log);
        } catch (RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** The answer to an expression, now. */
    JsonNode query(String expression) {
        return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("data")
                .path("result");
    }

    /** Waits until an expression gives at least one series. */
    void awaitSeries(String expression) {
        await(expression)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !query(expression).isEmpty());
    }

    /** The rules as they went at their last evaluation. */
    JsonNode rules() {
        return get("/api/v1/rules").path("data").path("groups").path(0).path("rules");
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private JsonNode get(String path) {
        HttpResponse<String> response = send(path);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> send(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path))
                    .timeout(PATIENCE)
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String awaitAddress() {
        await("Prometheus")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> address().find() || !process.isAlive());
        Matcher found = address();
        assertThat(found.find()).as(text()).isTrue();
        return found.group(1);
    }

    private Matcher address() {
        return ADDRESS.matcher(text());
    }

    private String text() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
