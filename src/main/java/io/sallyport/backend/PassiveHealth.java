package io.sallyport.backend;

import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.PassiveHealthConfig;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leaves endpoints out for a while that connections could not be made to. On the backends' event loop alone. */
final class PassiveHealth {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.backend");

    private final String backend;
    private final PassiveHealthConfig config;

    PassiveHealth(String backend, PassiveHealthConfig config) {
        this.backend = backend;
        this.config = config;
    }

    /**
     * A connection could not be made.
     *
     * @return whether the endpoint is left out from now on
     */
    boolean failed(Endpoint endpoint, List<PoolMember> members, long now) {
        int failures = endpoint.failures().incrementAndGet();
        if (config.consecutiveFailures() == 0
                || config.ejection().isZero()
                || failures < config.consecutiveFailures()
                || endpoint.isEjected()
                || !mayGo(endpoint, members)) {
            return false;
        }
        endpoint.eject(now + config.ejection().toNanos());
        endpoint.server().meters().ejected();
        LOG.atWarn()
                .addKeyValue("backend", backend)
                .addKeyValue("server", endpoint.server().toString())
                .addKeyValue("address", endpoint.toString())
                .addKeyValue("state", "ejected")
                .addKeyValue("failures", failures)
                .log("server is left out for {} s", config.ejection().toSeconds());
        return true;
    }

    /** Ends the ejections whose time is over. One more failure then is enough for the next. */
    void readmit(List<PoolMember> members, long now) {
        endpoints(members)
                .filter(endpoint -> endpoint.isEjected() && endpoint.ejectedUntil() - now <= 0)
                .forEach(endpoint -> {
                    endpoint.failures().set(Math.max(0, config.consecutiveFailures() - 1));
                    endpoint.readmit();
                    LOG.atInfo()
                            .addKeyValue("backend", backend)
                            .addKeyValue("server", endpoint.server().toString())
                            .addKeyValue("address", endpoint.toString())
                            .addKeyValue("state", "up")
                            .log("server is let back on trial");
                });
    }

    /** Nanoseconds until the next ejection ends; -1 where there is none. */
    long nextReturn(List<PoolMember> members, long now) {
        return endpoints(members)
                .filter(Endpoint::isEjected)
                .mapToLong(endpoint -> Math.max(0, endpoint.ejectedUntil() - now))
                .min()
                .orElse(-1);
    }

    /** Not the last that is left, and not more of the backend than is allowed. */
    private boolean mayGo(Endpoint endpoint, List<PoolMember> members) {
        boolean othersLeft = endpoints(members).anyMatch(other -> !other.equals(endpoint) && other.isUsable());
        long all = endpoints(members).count();
        long ejected = endpoints(members).filter(Endpoint::isEjected).count();
        return othersLeft && (ejected + 1) * 100 <= all * config.maxEjectedPercent();
    }

    private static Stream<Endpoint> endpoints(List<PoolMember> members) {
        return members.stream().flatMap(member -> member.server().endpoints().stream());
    }
}
