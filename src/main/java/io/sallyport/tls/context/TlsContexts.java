package io.sallyport.tls.context;

import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.OcspResponses;
import io.sallyport.tls.material.RemoteKey;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The contexts of one route by server name: one for each set of certificates that some name has. */
public final class TlsContexts {
    private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9._-]*[a-z][a-z0-9._-]*");

    /** BoringSSL takes the first that the client can verify; an RSA signature costs five times an ECDSA one, a token's more. */
    private static final Comparator<StapledKey> CHEAPEST = Comparator.<StapledKey, Boolean>comparing(
                    key -> key.material().key() instanceof RemoteKey)
            .thenComparingInt(key -> switch (key.material().algorithm()) {
                case EC -> 0;
                case ED25519 -> 1;
                case RSA -> 2;
            });

    private final ServerNameMap<TlsContext> byName;
    private final TlsContext first;
    private final List<TlsContext> all;
    private final int maxClientHello;

    private TlsContexts(ServerNameMap<TlsContext> byName, TlsContext first, Collection<TlsContext> all) {
        this.byName = byName;
        this.first = first;
        this.all = List.copyOf(all);
        // Not for each connection: a directory can have ten thousand certificates.
        this.maxClientHello =
                all.stream().mapToInt(TlsContext::maxClientHello).max().orElse(ClientHelloReader.MAX_MESSAGE);
    }

    /**
     * Builds the contexts that {@code pool} does not have. Slow; never on an event loop.
     *
     * @param keys at least one; the first, with the others of its name, serves what no name picks
     * @param ocsp what is stapled to them
     * @param pool owns what is built, also where this fails
     * @throws SSLException when BoringSSL refuses something
     */
    public static TlsContexts build(
            ContextSettings settings, List<KeyMaterial> keys, OcspResponses ocsp, ContextPool pool)
            throws SSLException {
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
        List<StapledKey> stapled = keys.stream().map(key -> stapled(key, ocsp)).toList();
        Map<Set<Integer>, TlsContext> built = new HashMap<>();
        TlsContext first = context(settings, stapled, firstSet, pool, built);
        Map<String, TlsContext> byName = new HashMap<>();
        for (Map.Entry<String, Set<Integer>> entry : keysByName.entrySet()) {
            byName.put(entry.getKey(), context(settings, stapled, entry.getValue(), pool, built));
        }
        return new TlsContexts(ServerNameMap.of(byName), first, new HashSet<>(built.values()));
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

    /** The first name in the first certificates that is a whole host name, neither a wildcard nor an address. */
    public Optional<String> hostName() {
        return first.allowed().certificates().stream()
                .flatMap(certificate -> certificate.names().stream())
                .filter(name -> HOST_NAME.matcher(name).matches())
                .findFirst();
    }

    /** Bytes of the longest ClientHello that one of them takes. */
    public int maxClientHello() {
        return maxClientHello;
    }

    /** Puts other ticket keys into every context; on the control thread alone. */
    public void useTicketKeys(TicketKeys.Ring ring) {
        all.forEach(context -> context.useTicketKeys(ring));
    }

    public int size() {
        return all.size();
    }

    /** Lets each context keep sessions of so many bytes; on the control thread alone. */
    public void limitSessions(long bytes) {
        all.forEach(context -> context.limitSessions(bytes));
    }

    /** Adds all of them to the pool of another generation. */
    public void retainIn(ContextPool pool) {
        all.forEach(pool::retain);
    }

    private static StapledKey stapled(KeyMaterial key, OcspResponses ocsp) {
        return new StapledKey(
                key, ocsp.stapledTo(key.chain()).map(ByteBuffer::wrap).orElse(null));
    }

    private static TlsContext context(
            ContextSettings settings,
            List<StapledKey> keys,
            Set<Integer> chosen,
            ContextPool pool,
            Map<Set<Integer>, TlsContext> built)
            throws SSLException {
        TlsContext known = built.get(chosen);
        if (known != null) {
            return known;
        }
        List<StapledKey> served =
                chosen.stream().map(keys::get).sorted(CHEAPEST).toList();
        TlsContext context = pool.get(settings.key(served), TlsContext.class, () -> TlsContext.build(settings, served));
        built.put(chosen, context);
        return context;
    }
}
