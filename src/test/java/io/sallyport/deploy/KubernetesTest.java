package io.sallyport.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.certmanager.api.model.v1.Certificate;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMetricsEndpoint;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.testing.FakeBackend;
import io.sallyport.testing.Http;
import io.sallyport.testing.RunningProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kustomize makes of k8s/, held against the code, the configuration and the image. */
final class KubernetesTest {
    private static final Path SIDECAR = Path.of("k8s", "sidecar");
    private static final Path GATEWAY = Path.of("k8s", "gateway", "overlays", "production");

    @TempDir
    private Path directory;

    /** The profile "restricted" of Kubernetes' Pod Security Standards. */
    @ParameterizedTest
    @ValueSource(strings = {"k8s/sidecar", "k8s/gateway/base", "k8s/gateway/overlays/production"})
    void podsKeepToTheRestrictedStandard(String folder) throws Exception {
        PodSpec pod = pod(Kustomize.build(Path.of(folder), directory));

        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getHostNetwork()).isNotEqualTo(true);
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(containers(pod)).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getSecurityContext().getCapabilities().getAdd())
                    .isEmpty();
            assertThat(container.getResources().getLimits()).containsKey("memory");
            assertThat(container.getResources().getRequests()).containsKeys("memory", "cpu");
            assertThat(container.getPorts()).allMatch(port -> port.getContainerPort() > 1024);
        });
        assertThat(pod.getVolumes()).allMatch(volume -> volume.getHostPath() == null);
        String user = Dockerfile.read().of("USER");
        assertThat(pod.getSecurityContext().getRunAsUser() + ":"
                        + pod.getSecurityContext().getRunAsGroup())
                .isEqualTo(user);
    }

    @ParameterizedTest
    @ValueSource(strings = {"k8s/sidecar", "k8s/gateway/overlays/production"})
    void probesAskWhatTheMetricsListenerAnswers(String folder) throws Exception {
        Container container = sallyport(pod(Kustomize.build(Path.of(folder), directory)));

        assertThat(path(container.getStartupProbe())).isEqualTo("/readyz");
        assertThat(path(container.getReadinessProbe())).isEqualTo("/readyz");
        assertThat(path(container.getLivenessProbe())).isEqualTo("/livez");
        assertThat(Stream.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())
                        .map(probe -> probe.getHttpGet().getPort().getStrVal()))
                .containsOnly("metrics");
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("metrics.bind = \"127.0.0.1:0\"")
                        .start()) {
            assertThat(proxy.getMetrics(path(container.getReadinessProbe())).statusCode())
                    .isEqualTo(200);
            assertThat(proxy.getMetrics(path(container.getLivenessProbe())).statusCode())
                    .isEqualTo(200);
        }
    }

    /** Plain init containers end before the app starts; a sidecar goes on, and its start-up probe holds the app back. */
    @Test
    void theSidecarStartsBeforeTheAppAndStopsAfterIt() throws Exception {
        PodSpec pod = pod(Kustomize.build(SIDECAR, directory));

        assertThat(pod.getInitContainers()).singleElement().satisfies(sidecar -> {
            assertThat(sidecar.getName()).isEqualTo("sallyport");
            assertThat(sidecar.getRestartPolicy()).isEqualTo("Always");
            assertThat(sidecar.getStartupProbe()).isNotNull();
        });
        Container app = pod.getContainers().get(0);
        long pause = app.getLifecycle().getPreStop().getSleep().getSeconds();
        ProxyConfig config = sidecarConfig(pod);
        assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds()))
                .isGreaterThan(
                        config.drain().delay().plus(config.drain().timeout()).plusSeconds(pause));
        assertThat(app.getArgs()).anyMatch(argument -> argument.contains("127.0.0.1:8080"));
        assertThat(servers(config)).isEqualTo("[127.0.0.1:8080]");
    }

    @Test
    void theGatewayHasTimeToDrain() throws Exception {
        Manifests manifests = Kustomize.build(GATEWAY, directory);
        ProxyConfig config = gatewayConfig(manifests);

        assertThat(config.drain().delay()).isPositive();
        assertThat(Duration.ofSeconds(pod(manifests).getTerminationGracePeriodSeconds()))
                .isGreaterThan(config.drain().delay().plus(config.drain().timeout()));
    }

    @Test
    void theSidecarsPortsAndCertificatesAreWhatItsConfigurationSays() throws Exception {
        Manifests manifests = Kustomize.build(SIDECAR, directory);
        PodSpec pod = pod(manifests);

        assertPortsAndFiles(pod, sidecarConfig(pod), "app-tls");
        assertServiceReaches(manifests);
    }

    @Test
    void theGatewaysPortsAndCertificatesAreWhatItsConfigurationSays() throws Exception {
        Manifests manifests = Kustomize.build(GATEWAY, directory);
        PodSpec pod = pod(manifests);
        ProxyConfig config = gatewayConfig(manifests);

        assertPortsAndFiles(
                pod, config, manifests.one(Certificate.class).getSpec().getSecretName());
        assertServiceReaches(manifests);
        ListenerConfig https = Objects.requireNonNull(config.listeners().get("https"));
        assertThat(volumeAt(pod, Objects.requireNonNull(https.tls().session().ticketSecretFile()))
                        .getSecret()
                        .getSecretName())
                .isEqualTo("sallyport-tickets");
        assertThat(volumeAt(pod, Path.of(environment(sallyport(pod)).get("SALLYPORT_CONFIG")))
                        .getConfigMap()
                        .getName())
                .isEqualTo(manifests.one(ConfigMap.class).getMetadata().getName());
    }

    @Test
    void whatSelectsTheGatewaySelectsIt() throws Exception {
        Manifests manifests = Kustomize.build(GATEWAY, directory);
        Deployment deployment = manifests.one(Deployment.class);
        Map<String, String> labels =
                deployment.getSpec().getTemplate().getMetadata().getLabels();

        assertThat(Stream.of(
                        deployment.getSpec().getSelector().getMatchLabels(),
                        manifests
                                .one(PodDisruptionBudget.class)
                                .getSpec()
                                .getSelector()
                                .getMatchLabels(),
                        manifests
                                .one(NetworkPolicy.class)
                                .getSpec()
                                .getPodSelector()
                                .getMatchLabels(),
                        manifests.one(PodMonitor.class).getSpec().getSelector().getMatchLabels()))
                .allSatisfy(selector -> assertThat(labels).containsAllEntriesOf(selector));
        assertThat(pod(manifests).getTopologySpreadConstraints())
                .extracting("topologyKey")
                .containsExactly("kubernetes.io/hostname", "topology.kubernetes.io/zone");
        assertThat(pod(manifests).getTopologySpreadConstraints())
                .allSatisfy(spread -> assertThat(labels)
                        .containsAllEntriesOf(spread.getLabelSelector().getMatchLabels()));
        var scaled = manifests.one(HorizontalPodAutoscaler.class).getSpec();
        assertThat(scaled.getScaleTargetRef().getName())
                .isEqualTo(deployment.getMetadata().getName());
        assertThat(scaled.getMinReplicas()).isGreaterThan(1);
        // A number here would undo the autoscaler's at every apply.
        assertThat(deployment.getSpec().getReplicas()).isNull();
        assertThat(manifests.objects().stream()
                        .filter(object -> !object.getKind().equals("Namespace"))
                        .map(object -> object.getMetadata().getNamespace()))
                .containsOnly("gateway");
    }

    @Test
    void theNetworkPolicyLetsClientsPrometheusAndBackendsThrough() throws Exception {
        Manifests manifests = Kustomize.build(GATEWAY, directory);
        var policy = manifests.one(NetworkPolicy.class).getSpec();
        ProxyConfig config = gatewayConfig(manifests);

        assertThat(policy.getIngress().get(0).getFrom()).isEmpty();
        assertThat(ports(policy.getIngress().get(0).getPorts())).containsExactly("https");
        assertThat(policy.getIngress().get(1).getFrom()).isNotEmpty();
        assertThat(ports(policy.getIngress().get(1).getPorts())).containsExactly("metrics");
        assertThat(policy.getEgress())
                .anySatisfy(rule -> assertThat(ports(rule.getPorts())).containsExactly("8080"));
        assertThat(servers(config)).isEqualTo("[app:8080]");
        assertThat(policy.getEgress())
                .anySatisfy(rule -> assertThat(ports(rule.getPorts())).containsExactly("53", "53"));
        assertThat(policy.getEgress().stream()
                        .flatMap(rule -> rule.getTo().stream())
                        .filter(peer -> peer.getNamespaceSelector() == null)
                        .map(peer -> peer.getPodSelector().getMatchLabels()))
                .containsExactly(Map.of("app.kubernetes.io/name", "app"));
    }

    @Test
    void prometheusFindsTheMeters() throws Exception {
        Manifests manifests = Kustomize.build(GATEWAY, directory);
        PodMetricsEndpoint endpoint = manifests
                .one(PodMonitor.class)
                .getSpec()
                .getPodMetricsEndpoints()
                .get(0);

        assertThat(portNames(sallyport(pod(manifests)))).contains(endpoint.getPort());
        try (FakeBackend backend = Http.backend();
                RunningProxy proxy = RunningProxy.to(backend.address())
                        .with("metrics.bind = \"127.0.0.1:0\"")
                        .start()) {
            assertThat(proxy.getMetrics(endpoint.getPath()).body()).contains("sallyport_build_info");
        }
    }

    @Test
    void theAdminTokenIsAskedForAndPrometheusHasIt() throws Exception {
        Manifests manifests = Kustomize.build(GATEWAY, directory);
        PodMetricsEndpoint endpoint = manifests
                .one(PodMonitor.class)
                .getSpec()
                .getPodMetricsEndpoints()
                .get(0);
        Path file = Objects.requireNonNull(gatewayConfig(manifests).admin().tokenFile());

        assertThat(volumeAt(pod(manifests), file).getSecret().getSecretName())
                .isEqualTo(endpoint.getAuthorization().getCredentials().getName());
        assertThat(file.getFileName())
                .hasToString(endpoint.getAuthorization().getCredentials().getKey());
        // What is sent where nothing is said, and what the admin listener takes.
        assertThat(endpoint.getAuthorization().getType()).isNull();

        Manifests base = Kustomize.build(Path.of("k8s", "gateway", "base"), directory);
        assertThat(gatewayConfig(base).admin().tokenFile()).isNull();
    }

    private void assertPortsAndFiles(PodSpec pod, ProxyConfig config, String secret) {
        Container container = sallyport(pod);
        ListenerConfig https = Objects.requireNonNull(config.listeners().get("https"));
        assertThat(container.getPorts())
                .extracting("name", "containerPort")
                .containsExactlyInAnyOrder(tuple("https", 8443), tuple("metrics", 9902));
        assertThat(https.bind()).hasToString("0.0.0.0:8443");
        assertThat(config.admin().bind()).hasToString("127.0.0.1:9901");
        assertThat(config.metrics().bind()).hasToString("0.0.0.0:9902");
        assertThat(container.getVolumeMounts()).allSatisfy(mount -> {
            assertThat(mount.getSubPath())
                    .as("a subPath never follows the Secret")
                    .isNull();
            assertThat(mount.getReadOnly()).isTrue();
        });
        assertThat(https.tls().certificates()).isNotEmpty().allSatisfy(certificate -> {
            CertificateConfig.Pem pem = (CertificateConfig.Pem) certificate;
            for (Path file : List.of(pem.chain(), pem.key())) {
                assertThat(volumeAt(pod, file).getSecret().getSecretName()).isEqualTo(secret);
                // What a Secret of the type kubernetes.io/tls holds.
                assertThat(file.getFileName().toString()).isIn("tls.crt", "tls.key");
            }
        });
    }

    private static void assertServiceReaches(Manifests manifests) {
        Service service = manifests.one(Service.class);
        Deployment deployment = manifests.one(Deployment.class);
        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(service.getSpec().getSelector());
        assertThat(service.getSpec().getPorts())
                .allSatisfy(port -> assertThat(port.getTargetPort().getStrVal()).isEqualTo("https"));
    }

    /** The file of the image with the variables of the container, each of which it has to have. */
    private ProxyConfig sidecarConfig(PodSpec pod) throws ConfigException, IOException {
        String text = Files.readString(Path.of("conf", "sallyport.conf"));
        StringBuilder file = new StringBuilder(text);
        environment(sallyport(pod)).forEach((name, value) -> {
            assertThat(text).contains("${?" + name + "}");
            file.append(name).append(" = \"").append(value).append("\"\n");
        });
        assertThat(Dockerfile.read().environment()).containsEntry("SALLYPORT_CONFIG", "/etc/sallyport/sallyport.conf");
        return ConfigLoader.load(Files.writeString(directory.resolve("sallyport.conf"), file));
    }

    private ProxyConfig gatewayConfig(Manifests manifests) throws ConfigException, IOException {
        String text = manifests.one(ConfigMap.class).getData().get("sallyport.conf");
        StringBuilder file = new StringBuilder(text);
        environment(sallyport(pod(manifests))).forEach((name, value) -> {
            if (name.equals("SALLYPORT_CONFIG")) {
                assertThat(value).isEqualTo("/config/sallyport.conf");
            } else {
                assertThat(text).contains("${?" + name + "}");
                file.append(name).append(" = \"").append(value).append("\"\n");
            }
        });
        return ConfigLoader.load(Files.writeString(directory.resolve("sallyport.conf"), file));
    }

    /** The volume in which the container finds a file; what is relative is so to the folder of the image's own file. */
    private Volume volumeAt(PodSpec pod, Path file) {
        Path seen = file.startsWith(directory) ? Path.of("/etc/sallyport").resolve(directory.relativize(file)) : file;
        VolumeMount mount = sallyport(pod).getVolumeMounts().stream()
                .filter(each -> Path.of(each.getMountPath()).equals(seen.getParent()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(file + " is in no volume"));
        return pod.getVolumes().stream()
                .filter(volume -> volume.getName().equals(mount.getName()))
                .findFirst()
                .orElseThrow();
    }

    private static String servers(ProxyConfig config) {
        return Objects.requireNonNull(config.backends().get("app")).servers().stream()
                .map(server -> server.address().toString())
                .toList()
                .toString();
    }

    private static PodSpec pod(Manifests manifests) {
        return manifests.one(Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static List<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream())
                .toList();
    }

    private static Container sallyport(PodSpec pod) {
        return containers(pod).stream()
                .filter(container -> container.getName().equals("sallyport"))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> environment(Container container) {
        return container.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }

    private static String path(Probe probe) {
        return probe.getHttpGet().getPath();
    }

    private static Set<String> portNames(Container container) {
        return container.getPorts().stream().map(port -> port.getName()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> ports(List<NetworkPolicyPort> ports) {
        return ports.stream()
                .map(port -> Objects.toString(port.getPort().getValue()))
                .toList();
    }
}
