package io.sallyport.server.generation;

import io.sallyport.config.LimitsConfig;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.memory.ConnectionMemory;
import io.sallyport.memory.ControlGroup;
import io.sallyport.memory.DirectMemory;
import io.sallyport.memory.ProcessMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How many connections a configuration can have at once, by its own limits and by the memory of the process.
 *
 * @param configured by {@code limits.connections} of the process and of the listeners; 0 means no limit
 * @param unlimited whether the process's is 0, so that memory sets no number
 * @param fits as many as memory allows
 * @param each what one connection may come to hold
 */
public record MemoryBound(long configured, boolean unlimited, int fits, ConnectionMemory each, ProcessMemory process) {
    private static final long MIB = 1 << 20;

    public static MemoryBound of(ProxyConfig config) {
        return of(config, ProcessMemory.now(ControlGroup.own()));
    }

    static MemoryBound of(ProxyConfig config, ProcessMemory process) {
        ConnectionMemory each = ConnectionMemory.atMost(
                config.listeners().values().stream().anyMatch(MemoryBound::asksForCertificates),
                config.backends().values().stream()
                        .anyMatch(backend -> backend.tls().enabled()));
        int allConnections = config.limits().connections();
        return new MemoryBound(
                configured(config, Math.max(0, allConnections)),
                allConnections == 0,
                process.places(each),
                each,
                process);
    }

    /** Listeners that nothing was written for do not count: their default is for machines of any size. */
    private static long configured(ProxyConfig config, int allConnections) {
        List<Integer> listeners = config.listeners().values().stream()
                .map(listener -> listener.limits().connections())
                .toList();
        long sum = listeners.stream().mapToLong(Integer::longValue).sum();
        boolean written = listeners.stream().allMatch(most -> most > 0)
                && listeners.stream().anyMatch(most -> most != LimitsConfig.DEFAULT_CONNECTIONS);
        if (!written) {
            return allConnections;
        }
        return allConnections == 0 ? sum : Math.min(allConnections, sum);
    }

    private static boolean asksForCertificates(ListenerConfig listener) {
        return Stream.concat(
                        Stream.of(listener.tls()), listener.routes().stream().map(route -> route.tls()))
                .anyMatch(tls -> tls.clientAuth().mode() != ClientAuthConfig.Mode.NONE);
    }

    /** For {@link io.sallyport.memory.MemoryGuard}; 0 means any number. */
    public int places() {
        return unlimited ? 0 : fits;
    }

    /** The most direct memory that may be used by so many connections when there is enough of it. */
    public long directBytes() {
        long most = configured > 0 ? Math.min(configured, fits) : fits;
        return most * DirectMemory.PER_CONNECTION + DirectMemory.FIXED;
    }

    /** For a person. */
    public String words() {
        return "memory: " + fits + " connections of at most " + kibibytes(each.heap()) + " heap, "
                + kibibytes(each.direct()) + " direct, " + kibibytes(each.resident()) + " other fit into "
                + mebibytes(process.heap()) + " heap, " + mebibytes(process.direct()) + " direct, "
                + mebibytes(process.resident()) + " in all; "
                + (unlimited
                        ? "no limit is set (limits.connections = 0)"
                        : Math.min(configured == 0 ? fits : configured, fits) + " are taken");
    }

    public List<String> warnings() {
        List<String> result = new ArrayList<>();
        if (configured > fits) {
            result.add("limits.connections: " + configured
                    + " (process or sum of its listeners) is more than memory allows: " + fits + " fit"
                    + (unlimited ? "" : ", the rest are refused") + " (see the line \"memory\" of `check`)");
        }
        return result;
    }

    private static String kibibytes(long bytes) {
        return (bytes >> 10) + " KiB";
    }

    private static String mebibytes(long bytes) {
        return bytes / MIB + " MiB";
    }
}
