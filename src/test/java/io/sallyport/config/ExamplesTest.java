package io.sallyport.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.StartTls;
import io.sallyport.testing.RecordText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configurations in {@code conf/}. */
final class ExamplesTest {
    private static final Path CONTAINER = Path.of("conf", "sallyport.conf");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"sallyport.conf", "mutual-tls.conf", "gateway.conf"})
    void everyExampleLoads(String file) throws ConfigException {
        ProxyConfig config = ConfigLoader.load(Path.of("conf", file));

        assertThat(config.listeners()).containsOnlyKeys("https");
        assertThat(config.admin().bind()).isEqualTo(new HostPort("127.0.0.1", 9901));
        assertThat(config.drain().timeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theTunnelTakesPlainTcpAndGivesTls() throws ConfigException {
        ProxyConfig config = ConfigLoader.load(Path.of("conf", "tunnel.conf"));
        ListenerConfig local = Objects.requireNonNull(config.listeners().get("local"));
        BackendConfig far = Objects.requireNonNull(config.backends().get("far"));

        assertThat(local.plain()).isTrue();
        assertThat(far.tls().enabled()).isTrue();
        assertThat(far.tls().verify()).isEqualTo(BackendTlsConfig.Verify.FULL);
        assertThat(far.servers().get(1).backup()).isTrue();
    }

    @Test
    void theDatabaseIsAskedForTlsInItsOwnWayOnBothSides() throws ConfigException {
        ProxyConfig config = ConfigLoader.load(Path.of("conf", "postgresql.conf"));
        ListenerConfig listener = Objects.requireNonNull(config.listeners().get("postgresql"));
        BackendConfig primary = Objects.requireNonNull(config.backends().get("primary"));

        assertThat(listener.startTls()).isEqualTo(StartTls.POSTGRESQL);
        assertThat(listener.tls().alpn()).containsExactly("postgresql");
        assertThat(listener.tls().clientAuth().allow()).hasSize(2);
        assertThat(primary.tls().startTls()).isEqualTo(StartTls.POSTGRESQL);
    }

    @Test
    void mailIsGreetedOnTheListenersThatAreAskedForTls() throws ConfigException {
        ProxyConfig config = ConfigLoader.load(Path.of("conf", "mail.conf"));

        Map<String, StartTls> kinds = new TreeMap<>();
        config.listeners().forEach((name, listener) -> kinds.put(name, listener.startTls()));
        assertThat(kinds)
                .isEqualTo(Map.of(
                        "submission", StartTls.SMTP,
                        "submissions", StartTls.OFF,
                        "imap", StartTls.IMAP,
                        "imaps", StartTls.OFF,
                        "pop3", StartTls.POP3,
                        "ldap", StartTls.LDAP));
        assertThat(config.listeners().values()).allSatisfy(each -> {
            assertThat(each.plain()).isFalse();
            assertThat(each.tls().certificates()).hasSize(1);
        });
    }

    @Test
    void theGatewayRoutesByNameAndPassesOneThrough() throws ConfigException {
        ListenerConfig https = Objects.requireNonNull(
                ConfigLoader.load(Path.of("conf", "gateway.conf")).listeners().get("https"));

        assertThat(https.routes()).hasSize(2);
        assertThat(https.routes().get(0).serverNames()).containsExactly("api.example.com", "*.api.example.com");
        assertThat(https.routes().get(0).tls().clientAuth().mode()).isEqualTo(ClientAuthConfig.Mode.REQUIRE);
        assertThat(https.tls().clientAuth().mode()).isEqualTo(ClientAuthConfig.Mode.NONE);
        assertThat(https.routes().get(1).passthrough()).isTrue();
    }

    /** What it sets without an environment are the defaults: they can be read off it, and stay true. */
    @Test
    void theFileForContainersSetsNothingButDefaultsByItself() throws Exception {
        Path minimal = Files.writeString(directory.resolve("minimal.conf"), """
                sallyport {
                  listeners.https {
                    bind = "0.0.0.0:8443"
                    backend = app
                    tls.certificates = [{ chain = "tls/tls.crt", key = "tls/tls.key" }]
                  }
                  backends.app.servers = ["127.0.0.1:8080"]
                }
                """);

        assertThat(lines(CONTAINER, Map.of())).isEqualTo(lines(minimal, Map.of()));
    }

    @Test
    void everyVariableOfTheFileForContainersReachesItsKey() throws Exception {
        Map<String, String> variables = new TreeMap<>(Map.ofEntries(
                Map.entry("SALLYPORT_BIND", "[::]:443"),
                Map.entry("SALLYPORT_TLS_PROFILE", "modern"),
                Map.entry("SALLYPORT_CERTIFICATE", "/run/tls.crt"),
                Map.entry("SALLYPORT_KEY", "/run/tls.key"),
                Map.entry("SALLYPORT_CLIENT_AUTH", "require"),
                Map.entry("SALLYPORT_TRUST_ANCHORS", "/run/ca.crt"),
                Map.entry("SALLYPORT_TICKET_SECRET_FILE", "/run/secret"),
                Map.entry("SALLYPORT_CONNECTIONS", "17"),
                Map.entry("SALLYPORT_HANDSHAKE_TIMEOUT", "3s"),
                Map.entry("SALLYPORT_IDLE_TIMEOUT", "4s"),
                Map.entry("SALLYPORT_BACKEND", "app:8081"),
                Map.entry("SALLYPORT_CONNECT_TIMEOUT", "5s"),
                Map.entry("SALLYPORT_EVENT_LOOPS", "6"),
                Map.entry("SALLYPORT_ADMIN_BIND", "0.0.0.0:9902"),
                Map.entry("SALLYPORT_ADMIN_TOKEN_FILE", "/run/token"),
                Map.entry("SALLYPORT_METRICS_BIND", "0.0.0.0:9903"),
                Map.entry("SALLYPORT_LOG_LEVEL", "debug"),
                Map.entry("SALLYPORT_LOG_FORMAT", "text"),
                Map.entry("SALLYPORT_ACCESS_LOG", "none"),
                Map.entry("SALLYPORT_DRAIN_DELAY", "7s"),
                Map.entry("SALLYPORT_DRAIN_TIMEOUT", "8s")));
        Set<String> named = Pattern.compile("\\$\\{\\?(\\w+)}")
                .matcher(Files.readString(CONTAINER))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).isEqualTo(variables.keySet());
        List<String> changed = new ArrayList<>(lines(CONTAINER, variables));
        changed.removeAll(lines(CONTAINER, Map.of()));
        assertThat(changed)
                .containsExactly(
                        "listeners.https.bind.hostPort.host = ::",
                        "listeners.https.bind.hostPort.port = 443",
                        "listeners.https.tls.policy.profile = MODERN",
                        "listeners.https.tls.certificates[0].chain = /run/tls.crt",
                        "listeners.https.tls.certificates[0].key = /run/tls.key",
                        "listeners.https.tls.clientAuth.mode = REQUIRE",
                        "listeners.https.tls.clientAuth.trustAnchors[0].file = /run/ca.crt",
                        "listeners.https.tls.session.ticketSecretFile = /run/secret",
                        "listeners.https.limits.connections = 17",
                        "listeners.https.timeouts.handshake = PT3S",
                        "listeners.https.timeouts.idle = PT4S",
                        "backends.app.servers[0].address.hostPort.host = app",
                        "backends.app.servers[0].address.hostPort.port = 8081",
                        "backends.app.connectTimeout = PT5S",
                        "eventLoops = 6",
                        "admin.bind.host = 0.0.0.0",
                        "admin.bind.port = 9902",
                        "admin.tokenFile = /run/token",
                        "metrics.bind.host = 0.0.0.0",
                        "metrics.bind.port = 9903",
                        "log.level = DEBUG",
                        "log.format = TEXT",
                        "accessLog.target = None",
                        "drain.delay = PT7S",
                        "drain.timeout = PT8S");
    }

    @Test
    void aBadVariableIsNamed() {
        assertThatThrownBy(() -> ConfigLoader.load(
                        CONTAINER, Map.of("SALLYPORT_BACKEND", "nowhere", "SALLYPORT_IDLE_TIMEOUT", "30")::get))
                .hasMessageContainingAll(
                        "$SALLYPORT_BACKEND: backends.app.servers: \"nowhere\"",
                        "$SALLYPORT_IDLE_TIMEOUT: listeners.https.timeouts.idle: \"30\"");
    }

    /** Without the places where the values stand. */
    private List<String> lines(Path file, Map<String, String> environment) throws ConfigException {
        String folder = file.toAbsolutePath().getParent() + "/";
        return RecordText.of(ConfigLoader.load(file, environment::get))
                .replace(folder, "")
                .lines()
                .filter(line -> !line.contains(".where = "))
                .toList();
    }
}
