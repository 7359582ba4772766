package io.sallyport.backend;

import io.sallyport.config.SendProxyProtocolConfig;
import java.util.List;

/**
 * A named pool of servers.
 *
 * @param name the key under {@code backends}
 * @param servers at least one
 * @param connectTimeoutMillis for one TCP connection; 0 means the kernel's
 * @param proxyProtocol what the servers are told of a client
 */
public record Backend(
        String name, List<BackendServer> servers, int connectTimeoutMillis, SendProxyProtocolConfig proxyProtocol) {

    public Backend {
        servers = List.copyOf(servers);
    }

    /** The server for a new connection. */
    public BackendServer choose() {
        return servers.get(0);
    }
}
