package io.sallyport.server;

import io.sallyport.acme.AcmeStatus;
import io.sallyport.backend.Backend;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.backend.PoolMember;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.RouteConfig;
import io.sallyport.config.value.StartTls;
import io.sallyport.connection.AddressText;
import io.sallyport.crl.CrlStatus;
import io.sallyport.log.LogLevel;
import io.sallyport.memory.DirectMemory;
import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.server.generation.MemoryBound;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.lifecycle.ReloadOutcome;
import io.sallyport.server.listen.BoundListener;
import io.sallyport.tls.spiffe.WorkloadStatus;
import io.sallyport.tls.token.TokenStatus;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What {@code /status} answers: the names of the components are those of its members. No secret is part of it. */
record ServerStatus(
        String state,
        String version,
        String java,
        String tls,
        String transport,
        Instant started,
        int connectionsActive,
        int handshakesInFlight,
        Memory directMemory,
        Reload lastReload,
        Level logLevel,
        Map<String, Listener> listeners,
        Map<String, List<Server>> backends,
        Map<String, Queue> backendQueues,
        List<Certificate> certificates,
        List<AcmeStatus> acme,
        List<CrlStatus> revocationLists,
        @Nullable WorkloadStatus spiffe,
        List<TokenStatus> tokens,
        List<Unusable> unusableCertificates) {

    /** In bytes; {@code bound} is the most that the configured connections can take. */
    record Memory(long used, long limit, long bound) {
        static Memory of(Serving serving) {
            return new Memory(
                    DirectMemory.used(),
                    DirectMemory.limit(),
                    MemoryBound.of(serving.config()).directBytes());
        }
    }

    record Reload(Instant time, String result, String detail) {
        static Reload of(ReloadOutcome last) {
            return new Reload(last.at(), last.result().tag(), last.detail());
        }
    }

    /** {@code until} is null where the configured level holds. */
    record Level(String now, String configured, @Nullable Instant until) {
        static Level of(LogLevel.State level) {
            return new Level(level.current().word(), level.configured().word(), level.until());
        }
    }

    record Listener(
            String address,
            String starttls,
            String redirect,
            @Nullable String backend,
            List<Route> routes) {
        static Map<String, Listener> all(Serving serving) {
            return byName(
                    serving.config().listeners().values(),
                    ListenerConfig::name,
                    each -> new Listener(
                            address(serving, each.name()),
                            each.startTls().tag(),
                            each.redirect().tag(),
                            each.backend(),
                            each.routes().stream().map(Route::of).toList()));
        }

        private static String address(Serving serving, String listener) {
            BoundListener bound = serving.bound().get(listener);
            return bound == null ? "" : AddressText.of(bound.address());
        }
    }

    record Route(Collection<String> serverNames, Collection<String> alpn, String backend, boolean passthrough) {
        static Route of(RouteConfig route) {
            return new Route(route.serverNames(), route.alpn(), route.backend(), route.passthrough());
        }
    }

    /** Of a backend some of whose servers have a limit; {@code length} and {@code deadlineMs} are the most, 0: no limit. */
    record Queue(int waiting, int length, long deadlineMs) {
        static Map<String, Queue> all(Serving serving) {
            return byName(
                    serving.backends().values().stream()
                            .filter(Backend::isLimited)
                            .toList(),
                    Backend::name,
                    each -> new Queue(
                            each.waiting(),
                            each.queue().length(),
                            each.queue().deadline().toMillis()));
        }
    }

    /** One of a backend; {@code state} is what an operator wants of it, and {@code unresolved} says why its name was not found when it was looked up last. */
    record Server(
            String server,
            int weight,
            boolean backup,
            int maxConnections,
            String starttls,
            String state,
            @Nullable String unresolved,
            List<Address> addresses) {
        static Map<String, List<Server>> all(Serving serving) {
            return byName(serving.backends().values(), Backend::name, each -> {
                BackendConfig config =
                        Objects.requireNonNull(serving.config().backends().get(each.name()));
                return each.members().stream()
                        .map(member -> of(member, config.tls().startTls()))
                        .toList();
            });
        }

        private static Server of(PoolMember member, StartTls asks) {
            return new Server(
                    member.server().toString(),
                    member.weight(),
                    member.backup(),
                    member.server().maxConnections(),
                    asks.tag(),
                    member.server().state().word(),
                    member.server().unresolved(),
                    member.server().endpoints().stream().map(Address::of).toList());
        }
    }

    /** {@code connectMs} is how long the latest connections took to make; null before the first. */
    record Address(
            String address,
            String state,
            int connections,
            @Nullable Double connectMs) {
        static Address of(Endpoint endpoint) {
            String state = endpoint.isDown() ? "down" : endpoint.isEjected() ? "ejected" : "up";
            double seconds = endpoint.connectSeconds();
            return new Address(
                    endpoint.toString(),
                    state,
                    endpoint.inFlight(),
                    Double.isNaN(seconds) ? null : Math.round(seconds * 1e6) / 1e3);
        }
    }

    record Certificate(String name, String kind, Instant notAfter) {
        static Certificate of(CertificateExpiry certificate) {
            return new Certificate(certificate.name(), certificate.kind(), certificate.notAfter());
        }
    }

    /** A pair in a folder of certificates; the first of them. */
    record Unusable(String name, String reason) {
        private static final int MOST = 1000;

        static List<Unusable> all(Serving serving) {
            return serving.staged().unusable().values().stream()
                    .flatMap(Collection::stream)
                    .limit(MOST)
                    .map(each -> new Unusable(each.path(), each.detail()))
                    .toList();
        }
    }

    private static <T, V> Map<String, V> byName(Collection<T> all, Function<T, String> name, Function<T, V> value) {
        Map<String, V> result = new LinkedHashMap<>();
        all.forEach(each -> result.put(name.apply(each), value.apply(each)));
        return result;
    }
}
