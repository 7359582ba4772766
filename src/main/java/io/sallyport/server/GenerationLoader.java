package io.sallyport.server;

import io.sallyport.backend.Backend;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.TlsConfig;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.observe.ListenerMeters.SessionKind;
import io.sallyport.observe.Meters.CertificateExpiry;
import io.sallyport.tls.Findings;
import io.sallyport.tls.TlsPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns a configuration into a generation. Reads files and names: slow, and never on an event loop. Used once. */
final class GenerationLoader {
    private final ProxyConfig config;
    private final Lasting lasting;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<ConfigProblem> unresolved = new ArrayList<>();
    private final Findings findings = new Findings();
    private final Instant now = Instant.now();

    GenerationLoader(ProxyConfig config, Lasting lasting) {
        this.config = config;
        this.lasting = lasting;
    }

    /**
     * Loads everything.
     *
     * @throws StartException with every problem; nothing native is left then
     */
    Generation load() throws StartException {
        BackendLoader backendLoader = new BackendLoader(config, lasting, now, findings, problems);
        Map<String, Backend> backends = backendLoader.load();
        unresolved.addAll(backendLoader.unresolved());
        Map<String, ListenerSettings> listeners = new TreeMap<>();
        Map<String, Instant> revocationLists = new TreeMap<>();
        Set<CertificateExpiry> certificates = new TreeSet<>(CertificateExpiry.ORDER);
        certificates.addAll(backendLoader.expiries());
        for (ListenerConfig listener : config.listeners().values()) {
            ListenerLoader loader = new ListenerLoader(listener, backends, lasting, now, findings, problems);
            listeners.put(
                    listener.name(),
                    new ListenerSettings(
                            listener.name(),
                            listener.proxyProtocol(),
                            loader.load(),
                            plainBackend(listener, backends),
                            listener.limits(),
                            listener.timeouts(),
                            listener.plain()
                                    ? null
                                    : lasting.ticketKeys()
                                            .keys(
                                                    listener.name(),
                                                    listener.tls().session(),
                                                    listener.tls().policy().where(),
                                                    findings),
                            listener.tls().recordPath() == TlsConfig.RecordPath.DIRECT,
                            listener.tls().recheckClients(),
                            lasting.meters().listener(listener.name()),
                            lasting.log()));
            certificates.addAll(loader.expiries());
            loader.revocationLists().forEach(list -> revocationLists.put(list.name(), list.time()));
        }
        Generation generation = new Generation(
                listeners,
                backends,
                List.copyOf(certificates),
                revocationLists,
                AdminAccess.token(config.admin(), findings));
        listeners.values().forEach(this::expectSessions);
        List<ConfigProblem> all =
                Stream.concat(findings.problems().stream(), problems.stream()).toList();
        if (!all.isEmpty()) {
            generation.release();
            throw new StartException(all);
        }
        generation.useTicketKeys(now);
        return generation;
    }

    /** What is doubtful but no reason not to start, one a line. */
    List<String> warnings() {
        List<ConfigProblem> exposure =
                AdminAccess.exposure(config.admin()).stream().toList();
        return Stream.of(findings.warnings(), findings.notes(), unresolved, exposure)
                .flatMap(List::stream)
                .map(ConfigProblem::toString)
                .toList();
    }

    /** Names of servers that have no address now. */
    List<ConfigProblem> unresolved() {
        return List.copyOf(unresolved);
    }

    private static @Nullable Backend plainBackend(ListenerConfig listener, Map<String, Backend> backends) {
        String name = listener.backend();
        return listener.plain() && name != null ? backends.get(name) : null;
    }

    /** A rate over a meter that appears with its first event misses that event. */
    private void expectSessions(ListenerSettings listener) {
        ListenerConfig configured = config.listeners().get(listener.name());
        if (configured == null || listener.routes().contexts().isEmpty()) {
            return;
        }
        listener.meters()
                .expectSessions(TlsPolicy.of(configured.tls().policy()).likely().stream()
                        .flatMap(agreed -> Stream.of(true, false)
                                .map(resumed ->
                                        new SessionKind(agreed.version(), agreed.suite(), agreed.group(), resumed)))
                        .toList());
    }
}
