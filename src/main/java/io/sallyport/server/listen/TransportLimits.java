package io.sallyport.server.listen;

import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.eventloop.Transport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a configuration asks of a transport that it cannot do here. */
public final class TransportLimits {
    private TransportLimits() {}

    public static List<ConfigProblem> problems(ProxyConfig config, Transport transport) {
        @Nullable String unavailable = transport.unavailability();
        if (unavailable != null) {
            return List.of(new ConfigProblem(
                    "",
                    "transport",
                    "\"" + transport + "\": not available here: " + unavailable + " (expected: auto)"));
        }
        List<ConfigProblem> problems = new ArrayList<>();
        config.listeners().forEach((name, listener) -> {
            if (!transport.serves(listener.bind())) {
                problems.add(unserved("listeners." + name + ".bind", listener.bind(), transport));
            }
        });
        config.backends()
                .forEach((name, backend) -> backend.servers().stream()
                        .filter(server -> !transport.serves(server.address()))
                        .forEach(server ->
                                problems.add(unserved("backends." + name + ".servers", server.address(), transport))));
        boolean borrows = config.backends().values().stream()
                .anyMatch(backend -> backend.wayOut().source().isClient());
        @Nullable String problem = borrows ? SourceAddress.borrowingProblem(transport) : null;
        if (problem != null) {
            config.backends().forEach((name, backend) -> {
                if (backend.wayOut().source().isClient()) {
                    problems.add(new ConfigProblem("", "backends." + name + ".source", "\"client\": " + problem));
                }
            });
        }
        @Nullable NetworkAddress spiffe = config.spiffe().endpoint();
        if (spiffe != null && config.usesSpiffe() && !transport.serves(spiffe)) {
            problems.add(unserved("spiffe.endpoint-socket", spiffe, transport));
        }
        return problems;
    }

    private static ConfigProblem unserved(String key, NetworkAddress address, Transport transport) {
        return new ConfigProblem(
                "",
                key,
                "\"" + address + "\" (expected: host:port, as there is no other with transport " + transport + ")");
    }
}
