package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Sallyport that runs, in this process or another, with all that can be seen of it from outside. */
public interface ProxyUnderTest extends AutoCloseable {
    /** How long anything may take that happens at once, on a machine that has much else to do. */
    Duration PATIENCE = Duration.ofSeconds(60);

    HttpClient HTTP = HttpClient.newHttpClient();

    /** Where the listener {@code https} is. */
    InetSocketAddress address();

    InetSocketAddress adminAddress();

    /** Who signed the default certificate, which is for {@code localhost} and 127.0.0.1. */
    CertificateAuthority authority();

    /** Where the configuration's relative paths start; deleted at the end. */
    Path directory();

    /** What the admin listener is asked with; empty: nothing. */
    default String token() {
        return "";
    }

    /** Asks the admin listener. */
    default HttpResponse<String> get(String path) {
        return get(adminAddress(), path);
    }

    /** Asks what is at this port of loopback, with the admin listener's token. */
    default HttpResponse<String> get(InetSocketAddress address, String path) {
        URI uri = URI.create("http://127.0.0.1:" + address.getPort() + path);
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(PATIENCE);
            if (!token().isEmpty()) {
                request.header("Authorization", "Bearer " + token());
            }
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The sum of all samples of a metric that carry these labels: name, value, name, value. */
    default double metric(String name, String... labels) {
        return Samples.parse(get("/metrics").body()).sum(name, labels);
    }

    /** Waits until a metric has a value. */
    default void awaitMetric(double value, String name, String... labels) {
        await(name + " " + String.join(" ", labels))
                .untilAsserted(() -> assertThat(metric(name, labels)).isEqualTo(value));
    }

    /** Every line of the access log so far. */
    default List<LogLine> accessLines() {
        return LogLine.readAll(directory().resolve("access.jsonl"));
    }

    /** Waits for the lines of as many connections; fails when there are more. */
    default List<LogLine> awaitConnectionLines(int count) {
        return awaitLines("connection", count);
    }

    /** Waits for the line of the one connection there was. */
    default LogLine awaitConnectionLine() {
        return awaitConnectionLines(1).get(0);
    }

    /** Waits for the line of the one failed handshake there was. */
    default LogLine awaitHandshakeFailure() {
        return awaitLines("handshake_failure", 1).get(0);
    }

    /** Waits for as many lines of a type; fails when there are more. */
    default List<LogLine> awaitLines(String type, int count) {
        List<LogLine> lines = new ArrayList<>();
        await("lines of the access log").untilAsserted(() -> {
            lines.clear();
            accessLines().stream()
                    .filter(line -> line.text("type").equals(type))
                    .forEach(lines::add);
            assertThat(lines).hasSize(count);
        });
        return lines;
    }

    /** Waits until no connection is open, on either side. */
    default void awaitIdle() {
        await("an idle proxy").untilAsserted(() -> {
            Samples samples = Samples.parse(get("/metrics").body());
            assertThat(samples.sum("sallyport_connections_active")).isZero();
            assertThat(samples.sum("sallyport_handshakes_in_flight")).isZero();
            assertThat(samples.sum("sallyport_backend_connections_active")).isZero();
        });
    }

    @Override
    void close();
}
