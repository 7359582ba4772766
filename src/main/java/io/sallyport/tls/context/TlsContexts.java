package io.sallyport.tls.context;

import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.tls.material.KeyMaterial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The contexts of one route by server name: one for each set of certificates that some name has. */
public final class TlsContexts {
    /** BoringSSL takes the first that the client can verify; an RSA signature costs five times an ECDSA one. */
    private static final Comparator<KeyMaterial> CHEAPEST = Comparator.comparingInt(key -> switch (key.algorithm()) {
        case EC -> 0;
        case ED25519 -> 1;
        case RSA -> 2;
    });

    private final ServerNameMap<TlsContext> byName;
    private final TlsContext first;
    private final List<TlsContext> all;

    private TlsContexts(ServerNameMap<TlsContext> byName, TlsContext first, List<TlsContext> all) {
        this.byName = byName;
        this.first = first;
        this.all = List.copyOf(all);
    }

    /**
     * Builds the contexts. Slow; never on an event loop.
     *
     * @param keys at least one; the first, with the others of its name, serves what no name picks
     * @throws SSLException when BoringSSL refuses something; nothing native is left then
     */
    public static TlsContexts build(TlsContext.Settings settings, List<KeyMaterial> keys) throws SSLException {
        Map<String, Set<Integer>> keysByName = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            for (String name : keys.get(i).serverNames()) {
                keysByName.computeIfAbsent(name, any -> new TreeSet<>()).add(i);
            }
        }
        Set<Integer> firstSet = keys.get(0).serverNames().isEmpty()
                ? Set.of(0)
                : Objects.requireNonNull(
                        keysByName.get(keys.get(0).serverNames().get(0)));
        Map<Set<Integer>, TlsContext> built = new HashMap<>();
        boolean done = false;
        try {
            TlsContext first = context(settings, keys, firstSet, built);
            Map<String, TlsContext> byName = new HashMap<>();
            for (Map.Entry<String, Set<Integer>> entry : keysByName.entrySet()) {
                byName.put(entry.getKey(), context(settings, keys, entry.getValue(), built));
            }
            TlsContexts contexts = new TlsContexts(ServerNameMap.of(byName), first, new ArrayList<>(built.values()));
            done = true;
            return contexts;
        } finally {
            // Whatever it was that failed, an Error too: only this method knows of them.
            if (!done) {
                built.values().forEach(TlsContext::release);
            }
        }
    }

    /**
     * The context whose certificates have this name; null when none has.
     *
     * @param serverName lower case, without a trailing dot
     */
    public @Nullable TlsContext named(String serverName) {
        return byName.lookup(serverName);
    }

    /** The context for what no name picks. */
    public TlsContext first() {
        return first;
    }

    /** Bytes of the longest ClientHello that one of them takes. */
    public int maxClientHello() {
        return all.stream().mapToInt(TlsContext::maxClientHello).max().orElse(ClientHelloReader.MAX_MESSAGE);
    }

    /** Puts new ticket keys into every context; from any thread. */
    public void useTicketKeys(TicketKeys.Ring ring) {
        all.forEach(context -> context.useTicketKeys(ring.keys()));
    }

    /** Gives the native memory back. */
    public void release() {
        all.forEach(TlsContext::release);
    }

    private static TlsContext context(
            TlsContext.Settings settings,
            List<KeyMaterial> keys,
            Set<Integer> chosen,
            Map<Set<Integer>, TlsContext> built)
            throws SSLException {
        TlsContext known = built.get(chosen);
        if (known != null) {
            return known;
        }
        TlsContext context = TlsContext.build(
                settings, chosen.stream().map(keys::get).sorted(CHEAPEST).toList());
        built.put(chosen, context);
        return context;
    }
}
