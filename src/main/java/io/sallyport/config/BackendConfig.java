package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.config.value.NetworkAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A named pool of servers.
 *
 * @param name the key under {@code backends}
 * @param servers at least one
 * @param balance how connections are spread over them
 * @param connectTimeout for one TCP connection to one server, and for its TLS handshake; zero means the kernel's
 * @param retries how many further servers are tried when one cannot be reached
 * @param queue who may wait while every server is full
 * @param wayOut how connections to the servers leave this machine
 * @param onDown what becomes of a server that its health checks find down
 * @param proxyProtocol how the servers learn the client's address
 */
public record BackendConfig(
        String name,
        List<ServerConfig> servers,
        Balance balance,
        Duration connectTimeout,
        int retries,
        QueueConfig queue,
        WayOutConfig wayOut,
        OnDown onDown,
        SendProxyProtocolConfig proxyProtocol,
        HealthCheckConfig healthCheck,
        PassiveHealthConfig passiveHealth,
        BackendTlsConfig tls) {

    private static final int MOST_RETRIES = 20;

    /** How connections are spread over servers. */
    public enum Balance {
        /** One after the other. */
        ROUND_ROBIN,
        /** The one with the fewest. */
        LEAST_CONNECTIONS,
        /** Of two at random the one with fewer. */
        RANDOM_TWO,
        /** By the client's address. */
        SOURCE_HASH
    }

    /** What becomes of a server that its health checks find down. */
    public enum OnDown {
        /** Its connections go on, and where every server is down, all are tried. */
        KEEP,
        /** Its connections are closed, and it gets none, even where no other server is up. */
        CLOSE
    }

    public BackendConfig {
        servers = List.copyOf(servers);
    }

    /** Whether connections or checks need what {@code tls} says. */
    public boolean usesTls() {
        return tls.enabled() || healthCheck.tls();
    }

    /** Whether some server may have only so many connections. */
    public boolean isLimited() {
        return servers.stream().anyMatch(server -> server.maxConnections() > 0);
    }

    /** What its servers are shown that ask for a certificate. */
    public List<CertificateConfig> certificates() {
        return usesTls() ? tls.certificates() : List.of();
    }

    /** What the certificates of its servers must end in. */
    public List<TrustAnchorConfig> trustAnchors() {
        return usesTls() && tls.verify() == BackendTlsConfig.Verify.FULL ? tls.trustAnchors() : List.of();
    }

    static BackendConfig read(String name, Section section) {
        List<ServerConfig> servers = section.liveEntries(
                "servers",
                NetworkAddress.RULE,
                text -> ServerConfig.of(NetworkAddress.parse(text, section.directory())),
                ServerConfig::read);
        if (section.size("servers") == 0) {
            section.problem("servers", "none (expected: at least one)");
        }
        Section connect = section.child("connect");
        Connect limits = connect.readBy(
                each -> new Connect(each.live().duration("timeout"), each.live().integer("retries", 0, MOST_RETRIES)));
        Section tls = section.child("tls");
        Section healthCheck = section.child("health-check");
        HealthCheckConfig check = healthCheck.readBy(HealthCheckConfig::read);
        BackendConfig config = new BackendConfig(
                name,
                servers,
                section.live().choice("balance", Balance.class),
                limits.timeout(),
                limits.retries(),
                section.child("queue", queue -> QueueConfig.read(queue, section.isWritten("queue"))),
                WayOutConfig.read(section, servers),
                section.live().choice("on-down", OnDown.class),
                section.child("proxy-protocol", SendProxyProtocolConfig::read),
                check,
                section.child("passive-health", PassiveHealthConfig::read),
                tls.readBy(each -> BackendTlsConfig.read(each, check.tls())));
        config.check(section, tls, healthCheck);
        return config;
    }

    private record Connect(Duration timeout, int retries) {}

    private void check(Section section, Section tlsSection, Section healthCheckSection) {
        Set<NetworkAddress> seen = new HashSet<>();
        for (ServerConfig server : servers) {
            if (!seen.add(server.address())) {
                section.problem("servers", "\"" + server.address() + "\" twice (expected: once, with a weight)");
            }
        }
        boolean nameless = seen.stream().anyMatch(NetworkAddress.Unix.class::isInstance);
        boolean named = tls.serverName() != null || tls.verify() != BackendTlsConfig.Verify.FULL || tls.trustsDomains();
        if (usesTls() && nameless && !named) {
            tlsSection.problem("server-name", "missing (expected: a name, since a unix socket has none)");
        }
        if (nameless && healthCheck.port() != null) {
            healthCheckSection.problem("port", healthCheck.port() + " (expected: null, since a unix socket has none)");
        }
        if (onDown == OnDown.CLOSE && healthCheck.type() == HealthCheckConfig.Type.NONE) {
            section.problem("on-down", "close without a check (expected: health-check.type = tcp or http)");
        }
    }
}
