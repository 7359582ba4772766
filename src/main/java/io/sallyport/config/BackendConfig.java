package io.sallyport.config;

import java.time.Duration;
import java.util.List;

/**
 * A named pool of servers.
 *
 * @param name the key under {@code backends}
 * @param servers at least one address
 * @param connectTimeout for one TCP connection to one server; zero means the kernel's
 * @param proxyProtocol what the servers are told of a client
 */
public record BackendConfig(
        String name, List<HostPort> servers, Duration connectTimeout, SendProxyProtocolConfig proxyProtocol) {

    public BackendConfig {
        servers = List.copyOf(servers);
    }

    static BackendConfig read(String name, Section section) {
        List<HostPort> servers = section.parsedList("servers", HostPort.RULE, HostPort::parse);
        int written = section.size("servers");
        if (written != 1) {
            section.problem("servers", written + " entries (expected: exactly one host:port)");
        }
        return new BackendConfig(
                name,
                servers,
                section.child("connect", connect -> connect.duration("timeout")),
                section.child("proxy-protocol", SendProxyProtocolConfig::read));
    }
}
