package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in k8s/, and that a slip of the pen in one would be seen. */
final class ManifestsTest {
    private static final Path GATEWAY = Path.of("k8s", "gateway", "base");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("k8s"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFieldIsOneThatKubernetesKnows(Path file) throws IOException {
        assertThat(Manifests.parse(Files.readString(file)).objects()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "deployment.yaml, readinessProbe, readynessProbe",
        "deployment.yaml, mountPath, path",
        "deployment.yaml, runAsNonRoot, runAsNonroot",
        "service.yaml, targetPort, targetport",
        "horizontal-pod-autoscaler.yaml, averageUtilization, averageUtilisation",
        "pod-disruption-budget.yaml, maxUnavailable, maxUnavailible",
        "network-policy.yaml, podSelector, podSelectors",
        "../../components/cert-manager/certificate.yaml, secretName, secret",
        "../../components/admin-token/deployment.yaml, secretName, secret",
        "../../components/monitoring/pod-monitor.yaml, podMetricsEndpoints, endpoints",
        "../../components/monitoring/prometheus-rule.yaml, expr, expression",
    })
    void aMisspeltFieldIsRefused(String file, String field, String misspelt) throws IOException {
        String text = Files.readString(GATEWAY.resolve(file));
        assertThat(text).contains(field + ":");

        assertThatThrownBy(() -> Manifests.parse(text.replaceFirst("\\b" + field + ":", misspelt + ":")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + misspelt + "\"");
    }

    @Test
    void aKindOfTheWrongVersionIsRefused() {
        assertThatThrownBy(() -> Manifests.parse("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n"))
                .hasMessageStartingWith("policy/v1beta1/PodDisruptionBudget: unknown");
    }

    @Test
    void thePrometheusOperatorGetsTheSameAlerts() throws IOException {
        Object rule = Manifests.documents(
                        Files.readString(Path.of("k8s", "components", "monitoring", "prometheus-rule.yaml")))
                .get(0);
        Object alerts = Manifests.documents(Files.readString(Path.of("src", "main", "prometheus", "alerts.yml")))
                .get(0);

        assertThat(rule).extracting("spec").isEqualTo(alerts);
    }
}
