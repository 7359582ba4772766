package io.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.explain.judge.FailureKind;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.ListenerMeters.AcceptError;
import io.sallyport.metrics.ListenerMeters.ClientCertificateResult;
import io.sallyport.metrics.ListenerMeters.HandshakeResult;
import io.sallyport.metrics.ListenerMeters.Limit;
import io.sallyport.metrics.Meters.ReloadResult;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Readme;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's tables, held against the code. */
final class ReadmeTest {
    private static final Pattern HISTOGRAM = Pattern.compile("# TYPE (sallyport_\\w+) histogram");
    private static final Pattern WORD = Pattern.compile("`([a-z_]+)`");
    private static final Pattern CODE = Pattern.compile("`([a-z0-9_]+)`");
    private static final Pattern SAMPLE = Pattern.compile("^(sallyport_\\w+?)(\\{([^}]*)})? .*");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
    private static final Set<String> REQUIRED =
            Set.of("listeners.NAME.bind", "listeners.NAME.backend", "backends.NAME.servers");

    @Test
    void listsEveryKeyOfTheReferenceWithItsDefault() throws IOException {
        Map<String, String> keys = new TreeMap<>();
        flatten(
                "",
                ConfigFactory.parseResources("reference.conf")
                        .getConfig("sallyport")
                        .root(),
                keys);
        REQUIRED.forEach(keys::remove);

        Map<String, String> listed = Readme.rows("key").stream()
                .filter(row -> !REQUIRED.contains(row.name()))
                .collect(Collectors.toMap(Readme.Row::name, row -> row.second().replace("`", "")));

        assertThat(new TreeMap<>(listed)).isEqualTo(keys);
        assertThat(names("key")).containsAll(REQUIRED);
    }

    @Test
    void listsEveryMeterWithItsLabels() throws IOException {
        CertificateAuthority clients = CertificateAuthority.create("Clients");
        Map<String, String> exposed = new TreeMap<>();
        Set<String> histograms = new TreeSet<>();
        try (FakeBackend backend = FakeBackend.closing()) {
            RunningProxy.Builder builder = RunningProxy.to(backend.address());
            clients.writePem(builder.directory(), "clients");
            clients.revocations().writePem(builder.directory().resolve("clients.crl"));
            clients.server("folder.test")
                    .issue()
                    .writePem(Files.createDirectory(builder.directory().resolve("certs")), "a");
            try (RunningProxy proxy = builder.with(
                            "listeners.https.tls.client-auth { mode = request, trust-anchors = [clients.crt],"
                                    + " crls = [clients.crl] }",
                            "listeners.https.tls.certificates += { directory = certs }",
                            "backends.app.health-check.type = tcp")
                    .start()) {
                // Checks begin on a loop of their own, after the start.
                await().until(() -> proxy.get("/metrics").body().contains("sallyport_backend_up{"));
                String metrics = proxy.get("/metrics").body();
                metrics.lines().forEach(line -> addSample(line, exposed));
                HISTOGRAM.matcher(metrics).results().forEach(found -> histograms.add(found.group(1)));
            }
        }

        Map<String, String> listed = new TreeMap<>();
        Readme.rows("metric").forEach(row -> listed.put(row.name(), sorted(row.second())));

        assertThat(listed).isEqualTo(exposed);
        assertThat(tags(Readme.rows("metric").stream()
                        .filter(row -> row.third().endsWith(", histogram"))
                        .map(Readme.Row::name)))
                .isEqualTo(histograms);
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
        Readme.rows("explain says")
                .forEach(row -> listed.put(
                        row.name(), tags(CODE.matcher(row.second()).results().map(code -> code.group(1)))));

        assertThat(listed).isEqualTo(words);
    }

    private static Set<String> valuesOf(String metric) throws IOException {
        Readme.Row row = Readme.rows("metric").stream()
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
                                .replace("defaults.backend.", "backends.NAME."),
                        text(value));
            }
        });
    }

    private static String text(ConfigValue value) {
        return switch (value.valueType()) {
            case LIST, NULL -> value.render(ConfigRenderOptions.concise());
            default -> String.valueOf(value.unwrapped());
        };
    }

    private static Set<String> names(String table) throws IOException {
        return tags(Readme.rows(table).stream().map(Readme.Row::name));
    }

    private static Set<String> tags(Stream<String> names) {
        return names.collect(Collectors.toCollection(TreeSet::new));
    }

    private static String sorted(String list) {
        return Stream.of(list.trim().split(", ", -1)).sorted().collect(Collectors.joining(", "));
    }
}
