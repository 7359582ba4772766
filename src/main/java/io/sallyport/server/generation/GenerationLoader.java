package io.sallyport.server.generation;

import io.sallyport.admin.AdminToken;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.file.Findings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads what a configuration names. Reads files and names: slow, and never on an event loop or the control thread. It changes
 * nothing that is in service, and leaves nothing behind where it fails.
 */
public final class GenerationLoader {
    private final LoaderServices services;

    public GenerationLoader(LoaderServices services) {
        this.services = services;
    }

    /**
     * Loads everything.
     *
     * @param serving whose random ticket keys and addresses of servers go on to be used; null: nothing serves yet
     * @throws StartException with every problem; nothing native is left then
     */
    public Staged load(Content content, @Nullable Serving serving) throws StartException {
        NativeMemory memory = new NativeMemory();
        boolean done = false;
        try {
            Staged staged = load(content, serving, memory);
            done = true;
            return staged;
        } finally {
            if (!done) {
                memory.release();
            }
        }
    }

    private Staged load(Content content, @Nullable Serving serving, NativeMemory memory) throws StartException {
        ProxyConfig config = content.config();
        Instant now = Instant.now();
        Findings findings = new Findings();
        List<ConfigProblem> problems = new ArrayList<>();
        BackendLoader backendLoader = new BackendLoader(config, services, serving, now, memory, findings, problems);
        Map<String, StagedBackend> backends = backendLoader.load();
        Map<String, StagedListener> listeners = new TreeMap<>();
        Map<String, Instant> revocationLists = new TreeMap<>();
        Set<CertificateExpiry> certificates = new TreeSet<>(CertificateExpiry.ORDER);
        certificates.addAll(backendLoader.expiries());
        for (ListenerConfig listener : config.listeners().values()) {
            ListenerLoader loader =
                    new ListenerLoader(listener, content, services, serving, now, memory, findings, problems);
            listeners.put(listener.name(), loader.load());
            certificates.addAll(loader.expiries());
            loader.revocationLists().forEach(list -> revocationLists.put(list.name(), list.time()));
        }
        @Nullable AdminToken token = AdminAccess.token(config.admin(), findings);
        List<ConfigProblem> all =
                Stream.concat(findings.problems().stream(), problems.stream()).toList();
        if (!all.isEmpty()) {
            throw new StartException(all);
        }
        return new Staged(
                content,
                listeners,
                backends,
                new Staged.Expiries(List.copyOf(certificates), revocationLists),
                token,
                backendLoader.unresolved(),
                warnings(config, findings, backendLoader.unresolved()),
                memory);
    }

    private static List<String> warnings(ProxyConfig config, Findings findings, List<ConfigProblem> unresolved) {
        List<ConfigProblem> exposure =
                AdminAccess.exposure(config.admin()).stream().toList();
        Stream<String> memory = MemoryBound.of(config).warnings().stream();
        return Stream.concat(
                        Stream.of(findings.warnings(), findings.notes(), unresolved, exposure)
                                .flatMap(List::stream)
                                .map(ConfigProblem::toString),
                        memory)
                .toList();
    }
}
