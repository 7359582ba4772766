package io.sallyport.backend;

import java.util.List;

/**
 * A named pool of servers.
 *
 * @param name the key under {@code backends}
 * @param servers at least one
 * @param connectTimeoutMillis for one TCP connection; 0 means the kernel's
 */
public record Backend(String name, List<BackendServer> servers, int connectTimeoutMillis) {

    public Backend {
        servers = List.copyOf(servers);
    }

    /** The server for a new connection. */
    public BackendServer choose() {
        return servers.get(0);
    }
}
