package io.sallyport.config;

import io.sallyport.config.hocon.Keys;
import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.HostPort;
import java.time.Duration;
import java.util.List;

/**
 * How names of servers are looked up.
 *
 * @param servers name servers to ask; empty: those of the machine
 * @param timeout for one question to one name server
 * @param minTtl an answer is kept at least as long; zero: as long as it says, and at least a second
 * @param maxTtl an answer is kept no longer; zero: as long as it says
 */
public record DnsConfig(List<HostPort> servers, Duration timeout, Duration minTtl, Duration maxTtl) {
    /** Often enough for a test; more often would be a flood for the name servers. */
    private static final Duration SHORTEST_TTL = Duration.ofMillis(100);

    private static final String RULE = "an IP address with its port, as 10.0.0.10:53 or [v6]:53";

    public DnsConfig {
        servers = List.copyOf(servers);
    }

    static DnsConfig read(Section section) {
        DnsConfig config = new DnsConfig(
                section.live().parsedList("servers", RULE, DnsConfig::server),
                section.live().positiveDuration("timeout", Keys.SHORTEST, "longer"),
                section.live().duration("min-ttl", SHORTEST_TTL),
                section.live().duration("max-ttl", SHORTEST_TTL));
        if (!config.maxTtl.isZero() && config.maxTtl.compareTo(config.minTtl) < 0) {
            section.problem("max-ttl", "\"" + config.maxTtl + "\" (expected: not shorter than min-ttl; 0s means off)");
        }
        return config;
    }

    private static HostPort server(String text) {
        HostPort server = HostPort.parse(text);
        // A name would have to be looked up first.
        Cidr.parse(server.host());
        return server;
    }
}
