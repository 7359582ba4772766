package io.sallyport.backend;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.ServerState;
import io.sallyport.log.RateLimitedLog;
import io.sallyport.metrics.BackendMeters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server as the configuration names it. A host name stands for all its addresses; each is an {@link Endpoint}.
 *
 * <p>It lives as long as its backend has it, over reloads. The addresses change on the backends' event loop alone.
 */
public final class BackendServer {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.backend");

    /** An answer that is longer is no service but an accident, and every address may be asked for its health. */
    private static final int MOST_ADDRESSES = 1000;

    private final NetworkAddress configured;
    private final String label;
    private final BackendMeters meters;
    private final boolean isNamedElsewhere;
    private final RateLimitedLog troubles = new RateLimitedLog(LOG);
    private volatile List<Endpoint> endpoints = List.of();
    private volatile long lookAgainAt;
    private volatile @Nullable String unresolved;
    private volatile ServerState state = ServerState.READY;
    private volatile int maxConnections;
    private final Runnable onRoom;

    /** Of the backend that serves; on the backends' event loop alone. */
    private Runnable onState = () -> {};

    /**
     * A server that may have any number of connections.
     *
     * @param isNamedElsewhere whether what its name means is somebody else's affair: a proxy's on the way to it
     * @param onRoom called on any thread when one of its addresses has a connection less
     */
    BackendServer(NetworkAddress configured, boolean isNamedElsewhere, BackendMeters meters, Runnable onRoom) {
        this.configured = configured;
        this.label = configured.toString();
        this.meters = meters;
        this.isNamedElsewhere = isNamedElsewhere;
        this.onRoom = onRoom;
        literal(configured)
                .or(this::unresolvedAddress)
                .ifPresent(address -> endpoints = List.of(new Endpoint(this, address)));
    }

    private Optional<SocketAddress> unresolvedAddress() {
        return isNamedElsewhere && configured instanceof NetworkAddress.Tcp tcp
                ? Optional.of(InetSocketAddress.createUnresolved(
                        tcp.hostPort().host(), tcp.hostPort().port()))
                : Optional.empty();
    }

    public BackendMeters meters() {
        return meters;
    }

    /** For connections to it that cannot be made: each client makes one, and with retries several. */
    RateLimitedLog troubles() {
        return troubles;
    }

    /** Its addresses; empty when its name has none. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /** Whether its checks are good, as far as there are any: one good address is enough. */
    public boolean isUp() {
        return endpoints.stream().anyMatch(endpoint -> !endpoint.isDown());
    }

    /** The name to look up; none where the address is one already. */
    public Optional<String> name() {
        return isNamedElsewhere ? Optional.empty() : name(configured);
    }

    /** The name to look up for an address; none where it is one already. */
    public static Optional<String> name(NetworkAddress address) {
        return literal(address).isPresent() || !(address instanceof NetworkAddress.Tcp tcp)
                ? Optional.empty()
                : Optional.of(tcp.hostPort().host());
    }

    /** The host of the address; null for a unix-domain socket. */
    @Nullable
    String host() {
        return configured instanceof NetworkAddress.Tcp tcp ? tcp.hostPort().host() : null;
    }

    int port() {
        return configured instanceof NetworkAddress.Tcp tcp ? tcp.hostPort().port() : 0;
    }

    /** How many connections each of its addresses may have at a time; 0: any number. */
    public int maxConnections() {
        return maxConnections;
    }

    /** Changes it. Connections above it go on. */
    public void maxConnections(int most) {
        maxConnections = most;
    }

    /** What an operator wants of it; it outlives reloads, as long as the backend has the server. */
    public ServerState state() {
        return state;
    }

    /** Changes it; on the backends' event loop. */
    void state(ServerState wanted) {
        if (state != wanted) {
            state = wanted;
            LOG.atInfo()
                    .addKeyValue("backend", meters.backend())
                    .addKeyValue("server", label)
                    .addKeyValue("state", wanted.word())
                    .log("server is set by an operator");
            onState.run();
        }
    }

    /** Who is to hear of changes from now on; on the backends' event loop. */
    void onState(Runnable listener) {
        onState = listener;
    }

    /** When the name is to be looked up again, by {@link System#nanoTime()}. */
    long lookAgainAt() {
        return lookAgainAt;
    }

    /** Why its name was not found when it was looked up last; null: it was, or is none. Its last addresses stay. */
    public @Nullable String unresolved() {
        return unresolved;
    }

    /** The name was not found, for this reason. */
    void notFound(String words) {
        unresolved = words;
    }

    /**
     * What the name was found to mean. An address that was known keeps what is known about it.
     *
     * @return whether anything changed
     */
    boolean found(NameResolver.Answer answer) {
        unresolved = null;
        lookAgainAt = System.nanoTime() + answer.ttl().toNanos();
        Set<SocketAddress> addresses = new LinkedHashSet<>();
        for (InetAddress address : answer.addresses()) {
            if (addresses.size() < MOST_ADDRESSES) {
                addresses.add(new InetSocketAddress(address, port()));
            }
        }
        List<Endpoint> before = endpoints;
        List<Endpoint> after = addresses.stream()
                .map(address -> before.stream()
                        .filter(endpoint -> endpoint.address().equals(address))
                        .findFirst()
                        .orElseGet(() -> new Endpoint(this, address)))
                // The order of an answer changes by itself.
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .toList();
        endpoints = after;
        return !after.equals(before);
    }

    /** The address that is written as one, of a socket; empty for a name. */
    static Optional<SocketAddress> literal(NetworkAddress configured) {
        if (configured instanceof NetworkAddress.Unix unix) {
            return Optional.of(new DomainSocketAddress(unix.path()));
        }
        if (!(configured instanceof NetworkAddress.Tcp tcp)) {
            return Optional.empty();
        }
        String host = tcp.hostPort().host();
        if (!NetUtil.isValidIpV4Address(host) && !NetUtil.isValidIpV6Address(host)) {
            return Optional.empty();
        }
        try {
            // Digits: nothing is looked up.
            return Optional.of(new InetSocketAddress(
                    InetAddress.getByName(host), tcp.hostPort().port()));
        } catch (UnknownHostException e) {
            // A zone that no interface has.
            return Optional.empty();
        }
    }

    /** The address as configured. */
    @Override
    public String toString() {
        return label;
    }

    /**
     * One socket address of a server, with what is known about it. It lives as long as its server has the address, over
     * reloads.
     *
     * <p>Read by any thread. Health is written on the backends' event loop alone.
     */
    public static final class Endpoint {
        private static final double WEIGHT_OF_THE_LATEST = 1.0 / 8;

        private final BackendServer server;
        private final SocketAddress address;
        private final String text;
        private final long hash;
        private final AtomicInteger inFlight = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private final OpenChannels channels = new OpenChannels();
        private volatile boolean checked;
        private volatile boolean down;
        private volatile long ejectedUntil;
        private volatile boolean ejected;
        private volatile double connectSeconds = Double.NaN;

        Endpoint(BackendServer server, SocketAddress address) {
            this.server = server;
            this.address = address;
            this.text = text(address);
            this.hash = SourceHash.of(text);
        }

        public BackendServer server() {
            return server;
        }

        SocketAddress address() {
            return address;
        }

        /** Of the address, the same in every process. */
        long hash() {
            return hash;
        }

        // ---- load

        /** Connections under way, the dial included. */
        public int inFlight() {
            return inFlight.get();
        }

        /** Whether there is room for one more. */
        boolean hasRoom() {
            int most = server.maxConnections;
            return most == 0 || inFlight.get() < most;
        }

        /**
         * Takes room for one connection, which is to be given back once.
         *
         * @return whether there was any
         */
        boolean take() {
            int most = server.maxConnections;
            if (most == 0) {
                inFlight.incrementAndGet();
                return true;
            }
            int now;
            do {
                now = inFlight.get();
                if (now >= most) {
                    return false;
                }
            } while (!inFlight.compareAndSet(now, now + 1));
            return true;
        }

        void givenBack() {
            inFlight.decrementAndGet();
            server.onRoom.run();
        }

        /** A connection stands. Of two at once one may be lost: it is for people to look at. */
        void connectedIn(long nanos) {
            double seconds = nanos / 1e9;
            double mean = connectSeconds;
            connectSeconds = Double.isNaN(mean) ? seconds : mean + (seconds - mean) * WEIGHT_OF_THE_LATEST;
        }

        /** How long the latest connections took to make, by a moving mean; not a number before the first. */
        public double connectSeconds() {
            return connectSeconds;
        }

        /** Its connections that are complete. */
        OpenChannels channels() {
            return channels;
        }

        // ---- health

        /** Whether a new connection should go there. */
        public boolean isUsable() {
            return !down && !ejected;
        }

        /** Whether the last checks failed. */
        public boolean isDown() {
            return down;
        }

        /** Whether a check has ever come to an end. */
        boolean isChecked() {
            return checked;
        }

        void checked(boolean good) {
            checked = true;
            down = !good;
        }

        /** It is no longer checked. */
        void unchecked() {
            checked = false;
            down = false;
        }

        /** Whether it is left out after failed connections. */
        public boolean isEjected() {
            return ejected;
        }

        /** When the ejection ends, by {@link System#nanoTime()}. */
        long ejectedUntil() {
            return ejectedUntil;
        }

        void eject(long until) {
            ejectedUntil = until;
            ejected = true;
        }

        void readmit() {
            ejected = false;
        }

        /** Connections in a row that failed. */
        AtomicInteger failures() {
            return failures;
        }

        /** The address, as {@code 192.0.2.1:80}, {@code [2001:db8::1]:80} or {@code unix:/path}. */
        @Override
        public String toString() {
            return text;
        }

        private static String text(SocketAddress address) {
            if (address instanceof InetSocketAddress inet) {
                InetAddress ip = inet.getAddress();
                String host = ip == null ? inet.getHostString() : ip.getHostAddress();
                return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
            }
            return address instanceof DomainSocketAddress unix ? "unix:" + unix.path() : String.valueOf(address);
        }
    }
}
