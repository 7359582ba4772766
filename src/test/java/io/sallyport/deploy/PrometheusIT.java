package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Documents;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.RunningProxy;
import io.sallyport.testing.TlsClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Prometheus scrapes a running proxy, and whatever the dashboard and the alerts ask it has an answer. */
class PrometheusIT {
    private static final int HANDSHAKES = 60;

    /** The comparison at the end of an alert, without which it tells the value that is compared. */
    private static final Pattern THRESHOLD = Pattern.compile("\\s*(?:>|<|==)\\s*[\\d.]+(?:\\s*\\*\\s*\\d+)?\\s*$");

    private static final Pattern METER = Pattern.compile("sallyport_\\w+");

    /** Asked for ahead of their being built; as soon as the manual's table has one of them, it has to have a series. */
    private static final Set<String> AHEAD =
            Set.of("sallyport_backend_up", "sallyport_direct_memory_used_bytes", "sallyport_direct_memory_limit_bytes");

    @TempDir
    private Path directory;

    @Test
    void everyQueryOfTheDashboardAndEveryAlertHasAnAnswer() throws Exception {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = proxy(backend);
                Prometheus prometheus = Prometheus.scraping(proxy.adminAddress(), directory)) {
            prometheus.awaitSeries("up == 1");
            for (int i = 0; i < HANDSHAKES; i++) {
                traffic(proxy, i);
            }
            System.gc(); // Otherwise there may be no pause yet.
            prometheus.awaitSeries("rate(jvm_gc_pause_seconds_sum[1m])");
            prometheus.awaitSeries("changes(sallyport_handshakes_total{result=\"success\"}[1m]) > 0");
            prometheus.awaitSeries("count_over_time(up[1m]) > 4");

            assertThat(prometheus
                            .query("count({__name__=~\"sallyport_.*\"})")
                            .path(0)
                            .path("value")
                            .path(1)
                            .asInt())
                    .isGreaterThan(100);
            Set<String> unanswered = new TreeSet<>();
            asked().forEach((name, expression) -> {
                if (isBuilt(expression) && prometheus.query(expression).isEmpty()) {
                    unanswered.add(name + ": " + expression);
                }
            });
            assertThat(unanswered).isEmpty();

            await("evaluation of the alerts")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> prometheus.rules().size() == alerts().size()
                            && prometheus.rules().findValuesAsText("health").stream()
                                    .allMatch("ok"::equals));
            assertThat(firing(prometheus)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authorization: { credentials_file: token }",
                "basic_auth: { username: prometheus, password_file: token }"
            })
    void aTokenIsShownInEitherWay(String how) throws Exception {
        String token = "a-token-for-prometheus";
        Files.writeString(directory.resolve("token"), token + "\n");
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy =
                        RunningProxy.to(backend.address()).token(token).start();
                Prometheus prometheus = Prometheus.scraping(proxy.adminAddress(), directory, how)) {
            prometheus.awaitSeries("up == 1");
            prometheus.awaitSeries("sallyport_build_info");
        }
    }

    @Test
    void withoutTheTokenNothingIsScraped() throws Exception {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .token("a-token-for-nobody")
                        .start();
                Prometheus prometheus = Prometheus.scraping(proxy.adminAddress(), directory)) {
            prometheus.awaitSeries("up == 0");
        }
    }

    @Test
    void promtoolFindsNoFaultWithTheMeters() throws Exception {
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = proxy(backend)) {
            traffic(proxy, 0);
            Path metrics = Files.writeString(
                    directory.resolve("metrics"), proxy.get("/metrics").body());

            Promtool.Outcome outcome = Promtool.run(metrics, "check", "metrics");

            assertThat(outcome.output()).isEmpty();
            assertThat(outcome.code()).isZero();
        }
    }

    /** What is asked for and not built is on the list, and nothing else. */
    @Test
    void onlyKnownMetersAreAskedFor() throws IOException {
        Set<String> unknown = new TreeSet<>();
        asked().values().forEach(expression -> unknown.addAll(meters(expression)));
        unknown.removeAll(listed());

        assertThat(AHEAD).containsAll(unknown);
    }

    private static Set<String> firing(Prometheus prometheus) {
        Set<String> firing = new TreeSet<>();
        for (JsonNode rule : prometheus.rules()) {
            if (rule.path("state").asText().equals("firing")) {
                firing.add(rule.path("name").asText());
            }
        }
        return firing;
    }

    private static void traffic(RunningProxy proxy, int round) throws IOException {
        try (TlsClient client = TlsClient.connect(proxy, round % 3 == 0 ? TlsClient.TLS_1_2 : TlsClient.TLS_1_3)) {
            client.send(Http.REQUEST);
            client.readAll();
        }
        if (round % 10 == 0) {
            try (Socket plain =
                    new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
                plain.getOutputStream().write(Http.REQUEST.getBytes(StandardCharsets.US_ASCII));
                assertThat(plain.getInputStream().readAllBytes()).isNotNull();
            }
        }
    }

    /** With everything that brings a meter of its own: client certificates, a revocation list, health checks, a folder. */
    private static RunningProxy proxy(FakeBackend backend) throws IOException {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        RunningProxy.Builder builder = RunningProxy.to(backend.address());
        clients.writePem(builder.directory(), "clients");
        clients.revocations().writePem(builder.directory().resolve("clients.crl"));
        Path folder = Files.createDirectory(builder.directory().resolve("certs"));
        CertificateAuthority.create("Root").server("other.test").issue().writePem(folder, "other");
        List<String> keys = new ArrayList<>(
                List.of(
                        "listeners.https.tls.client-auth { mode = request, trust-anchors = [clients.crt], crls = [clients.crl] }",
                        "listeners.other { bind = \"127.0.0.1:0\", backend = app, tls.certificates = [{ directory = certs }] }"));
        if (ConfigFactory.parseResources("reference.conf").hasPath("sallyport.defaults.backend.health-check")) {
            keys.add("backends.app.health-check { type = tcp, interval = 1s }");
        }
        return builder.with(keys.toArray(new String[0])).start();
    }

    private static Map<String, String> asked() throws IOException {
        Map<String, String> asked = new LinkedHashMap<>(Dashboard.read().queries());
        asked.remove("annotation Reloads"); // An answer is a reload, and there was none.
        asked.putAll(alerts());
        asked.remove("SallyportRevocationListNotRenewed"); // Nothing is fetched. The same test.
        asked.remove("SallyportNoSvid"); // An answer is six failures of an agent. AlertsTest makes them.
        asked.remove("SallyportTokenDoesNotSign"); // An answer is three signatures that failed. AlertsTest makes them.
        asked.remove("SallyportCertificateNotIssued"); // An answer is three orders that failed. AlertsTest makes them.
        return asked;
    }

    private static Map<String, String> alerts() throws IOException {
        Map<String, String> alerts = new LinkedHashMap<>();
        for (Map<?, ?> rule : AlertsTest.rules()) {
            String expression = String.valueOf(rule.get("expr"));
            String value = THRESHOLD.matcher(expression).replaceFirst("");
            assertThat(value).isNotEqualTo(expression);
            alerts.put(String.valueOf(rule.get("alert")), value);
        }
        return alerts;
    }

    private static boolean isBuilt(String expression) {
        return listed().containsAll(meters(expression));
    }

    private static Set<String> meters(String expression) {
        return METER.matcher(expression)
                .results()
                .map(found -> found.group().replaceAll("(?<=_seconds)_(bucket|count|sum|max)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The manual's table, which another test compares with what is exposed. */
    private static Set<String> listed() {
        return Documents.rows("metric").stream().map(Documents.Row::name).collect(Collectors.toSet());
    }
}
