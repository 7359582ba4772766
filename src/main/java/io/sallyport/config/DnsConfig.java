package io.sallyport.config;

import java.time.Duration;
import java.util.List;

/**
 * How names of servers are looked up.
 *
 * @param servers name servers to ask; empty: those of the machine
 * @param timeout for one question to one name server
 * @param minTtl an answer is kept at least as long
 * @param maxTtl an answer is kept no longer
 */
public record DnsConfig(List<HostPort> servers, Duration timeout, Duration minTtl, Duration maxTtl) {
    private static final String RULE = "an IP address with its port, as 10.0.0.10:53 or [v6]:53";

    public DnsConfig {
        servers = List.copyOf(servers);
    }

    static DnsConfig read(Section section) {
        DnsConfig config = new DnsConfig(
                section.parsedList("servers", RULE, DnsConfig::server),
                section.duration("timeout"),
                section.duration("min-ttl"),
                section.duration("max-ttl"));
        if (config.timeout.isZero()) {
            section.problem("timeout", "0s (expected: longer)");
        }
        if (config.maxTtl.isZero() || config.maxTtl.compareTo(config.minTtl) < 0) {
            section.problem("max-ttl", "\"" + config.maxTtl + "\" (expected: longer than 0s, and than min-ttl)");
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
