package io.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.explain.judge.FailureKind;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.ListenerMeters.AcceptError;
import io.sallyport.metrics.ListenerMeters.ClientCertificateResult;
import io.sallyport.metrics.ListenerMeters.HandshakeResult;
import io.sallyport.metrics.ListenerMeters.Limit;
import io.sallyport.metrics.Meters.ReloadResult;
import io.sallyport.metrics.SpiffeMeters.UpdateResult;
import io.sallyport.metrics.TokenMeters;
import io.sallyport.metrics.TokenMeters.SignatureResult;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.Documents;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.GeneratedPage;
import io.sallyport.testing.ListServer;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents list, held against the code. */
final class ManualTest {
    private static final Pattern HISTOGRAM = Pattern.compile("# TYPE (sallyport_\\w+) histogram");
    private static final Pattern WORD = Pattern.compile("`([a-z_]+)`");
    private static final Pattern CODE = Pattern.compile("`([a-z0-9_]+)`");
    private static final Pattern SAMPLE = Pattern.compile("^(sallyport_\\w+?)(\\{([^}]*)})? .*");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
    private static final Pattern KEY = Pattern.compile("\n### `([^`]+)`\n\nDefault: `([^`]+)`\n");

    /** Keys of a listener that the reference can only speak of. */
    private static final List<String> WITHOUT_DEFAULT = List.of("`listeners.NAME.bind`", "`listeners.NAME.backend`");

    @Test
    void everyKeyIsDescribedInTheWordsOfTheReference() throws IOException {
        GeneratedPage.assertIs(ConfigurationReference.PAGE, ConfigurationReference.page());
    }

    @Test
    void listsEveryKeyOfTheReferenceWithItsDefault() {
        Map<String, String> keys = new TreeMap<>();
        flatten(
                "",
                ConfigFactory.parseResources("reference.conf")
                        .getConfig("sallyport")
                        .root(),
                keys);

        String page = Documents.read(Documents.MANUAL.resolve(ConfigurationReference.PAGE));
        Map<String, String> listed = KEY.matcher(page)
                .results()
                .collect(Collectors.toMap(key -> key.group(1), key -> key.group(2), (one, other) -> one, TreeMap::new));
        assertThat(listed).isEqualTo(keys);
        assertThat(page).contains(WITHOUT_DEFAULT);
    }

    @Test
    void listsEveryMeterWithItsLabels() throws IOException {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        Map<String, String> exposed = new TreeMap<>();
        Set<String> histograms = new TreeSet<>();
        try (FakeBackend backend = FakeBackend.closing();
                ListServer lists = ListServer.open()) {
            lists.serve(clients.revocations());
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            clients.revocations().writePem(builder.directory().resolve("clients.crl"));
            clients.server("folder.test")
                    .issue()
                    .writePem(Files.createDirectory(builder.directory().resolve("certs")), "a");
            try (RunningProxy proxy = builder.with(
                            "listeners.https.tls.client-auth { mode = request, trust-anchors = [clients.crt],"
                                    + " crls = [clients.crl, \"" + lists.url() + "\"] }",
                            "listeners.https.tls.certificates += { directory = certs }",
                            "backends.app.health-check.type = tcp",
                            "acme.ca { directory = \"https://127.0.0.1:1/directory\", agree-terms = on }",
                            "listeners.https.tls.certificates += { acme = ca, names = [sallyport.test] }")
                    .start()) {
                // Checks begin on a loop of their own, after the start.
                await().until(() -> proxy.get("/metrics").body().contains("sallyport_backend_up{"));
                await().until(() -> proxy.get("/metrics").body().contains("sallyport_acme_next_order_timestamp"));
                await().until(() -> proxy.get("/metrics").body().contains("sallyport_crl_fetched_timestamp"));
                String metrics = proxy.get("/metrics").body();
                metrics.lines().forEach(line -> addSample(line, exposed));
                tokenMeters().lines().forEach(line -> addSample(line, exposed));
                HISTOGRAM.matcher(metrics).results().forEach(found -> histograms.add(found.group(1)));
            }
        }

        Map<String, String> listed = new TreeMap<>();
        Documents.rows("metric").forEach(row -> listed.put(row.name(), sorted(row.second())));

        assertThat(listed).isEqualTo(exposed);
        assertThat(tags(Documents.rows("metric").stream()
                        .filter(row -> row.third().endsWith(", histogram"))
                        .map(Documents.Row::name)))
                .isEqualTo(histograms);
    }

    /** Where there is a token; its module is a library of this machine, which a test of its own installs. */
    private static String tokenMeters() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new TokenMeters(registry).follow(Set.of("T"));
        return registry.scrape();
    }

    @Test
    void listsEveryValueOfTheClosedSets() throws IOException {
        assertThat(names("connection closed"))
                .isEqualTo(tags(Stream.of(CloseReason.values()).map(CloseReason::tag)));
        assertThat(names("handshake failed"))
                .isEqualTo(tags(Stream.of(FailureReason.values()).map(FailureReason::tag)));
        assertThat(valuesOf("sallyport_handshakes_total"))
                .isEqualTo(tags(Stream.of(HandshakeResult.values()).map(HandshakeResult::tag)));
        assertThat(valuesOf("sallyport_client_certificates_total"))
                .isEqualTo(tags(Stream.of(ClientCertificateResult.values()).map(ClientCertificateResult::tag)));
        assertThat(valuesOf("sallyport_acme_orders_total"))
                .isEqualTo(tags(Stream.of(OrderResult.values()).map(OrderResult::tag)));
        assertThat(valuesOf("sallyport_spiffe_updates_total"))
                .isEqualTo(tags(Stream.of(UpdateResult.values()).map(UpdateResult::tag)));
        assertThat(valuesOf("sallyport_token_signatures_total"))
                .isEqualTo(tags(Stream.of(SignatureResult.values()).map(SignatureResult::tag)));
        assertThat(valuesOf("sallyport_limit_rejections_total"))
                .isEqualTo(tags(Stream.of(Limit.values()).map(Limit::tag)));
        assertThat(valuesOf("sallyport_accept_errors_total"))
                .isEqualTo(tags(Stream.of(AcceptError.values()).map(AcceptError::tag)));
        assertThat(valuesOf("sallyport_backend_connect_failures_total"))
                .isEqualTo(tags(Stream.of(ConnectFailure.values()).map(ConnectFailure::tag)));
        assertThat(valuesOf("sallyport_reloads_total"))
                .isEqualTo(tags(Stream.of(ReloadResult.values()).map(ReloadResult::tag)));
    }

    @Test
    void listsEveryWordOfAnExplanation() throws IOException {
        Map<String, Set<String>> words = new TreeMap<>();
        words.put("failure", tags(Stream.of(FailureKind.values()).map(FailureKind::tag)));
        for (FindingCode.Severity severity : FindingCode.Severity.values()) {
            words.put(
                    severity.tag(),
                    tags(Stream.of(FindingCode.values())
                            .filter(code -> code.severity() == severity)
                            .map(FindingCode::tag)));
        }

        Map<String, Set<String>> listed = new TreeMap<>();
        Documents.rows("explain says")
                .forEach(row -> listed.put(
                        row.name(), tags(CODE.matcher(row.second()).results().map(code -> code.group(1)))));

        assertThat(listed).isEqualTo(words);
    }

    private static Set<String> valuesOf(String metric) throws IOException {
        Documents.Row row = Documents.rows("metric").stream()
                .filter(each -> each.name().equals(metric))
                .findFirst()
                .orElseThrow();
        Set<String> values = new TreeSet<>();
        Matcher matcher = WORD.matcher(row.third());
        while (matcher.find()) {
            values.add(matcher.group(1));
        }
        return values;
    }

    private static void addSample(String line, Map<String, String> exposed) {
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            return;
        }
        String name = sample.group(1).replaceAll("(?<=_seconds)_(bucket|count|sum|max)$", "");
        Set<String> labels = new TreeSet<>();
        Matcher label = LABEL.matcher(String.valueOf(sample.group(3)));
        while (label.find()) {
            labels.add(label.group(1));
        }
        labels.remove("le");
        exposed.put(name, String.join(", ", labels));
    }

    private static void flatten(String path, ConfigObject object, Map<String, String> keys) {
        object.forEach((key, value) -> {
            String name = path.isEmpty() ? key : path + "." + key;
            if (value instanceof ConfigObject child) {
                flatten(name, child, keys);
            } else {
                keys.put(
                        name.replace("defaults.listener.", "listeners.NAME.")
                                .replace("defaults.backend.", "backends.NAME.")
                                .replace("defaults.acme.", "acme.NAME."),
                        ConfigurationReference.text(value));
            }
        });
    }

    private static Set<String> names(String table) throws IOException {
        return tags(Documents.rows(table).stream().map(Documents.Row::name));
    }

    private static Set<String> tags(Stream<String> names) {
        return names.collect(Collectors.toCollection(TreeSet::new));
    }

    private static String sorted(String list) {
        return Stream.of(list.trim().split(", ", -1)).sorted().collect(Collectors.joining(", "));
    }
}
