package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;

/**
 * One server of a backend.
 *
 * @param address a host name stands for all its addresses
 * @param weight its share of the connections against the others; each address of a name has it; 0: none of the new ones
 * @param backup whether it is used only when no other server can be
 * @param maxConnections how many connections each of its addresses may have at a time; 0: any number
 */
public record ServerConfig(NetworkAddress address, int weight, boolean backup, int maxConnections) {
    private static final int HEAVIEST = 100;

    static ServerConfig of(NetworkAddress address) {
        return new ServerConfig(address, 1, false, 0);
    }

    static ServerConfig read(Section section) {
        return new ServerConfig(
                section.live()
                        .parsed(
                                "address",
                                NetworkAddress.RULE,
                                text -> NetworkAddress.parse(text, section.directory()),
                                new NetworkAddress.Tcp(new HostPort("127.0.0.1", 0))),
                section.has("weight") ? section.live().integer("weight", 0, HEAVIEST) : 1,
                section.has("backup") && section.live().bool("backup"),
                section.has("max-connections") ? section.live().integer("max-connections", 0, Integer.MAX_VALUE) : 0);
    }
}
