package io.sallyport.server.listen;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import io.sallyport.accept.Acceptors;
import io.sallyport.accept.ListenerLimits;
import io.sallyport.accept.PermitLimiter;
import io.sallyport.accept.SourceLimiter;
import io.sallyport.config.LimitsConfig;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.connection.AddressText;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.eventloop.InheritedSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bound sockets of one listener, and what they count. It stays bound over reloads that leave its address. */
public final class BoundListener {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");

    private final String name;
    private final NetworkAddress configured;
    private final ListenerLimits limits;
    private final Acceptors acceptors;
    private final SocketAddress address;
    private final @Nullable UnixSocketFile file;
    private final @Nullable PortHandOver handOver;

    private BoundListener(ListenerConfig config, ListenerLimits limits, Bound bound) {
        this.name = config.name();
        this.configured = config.bind();
        this.limits = limits;
        this.acceptors = bound.acceptors();
        this.address = bound.address();
        this.file = bound.file();
        List<UnixChannel> sockets = configured instanceof NetworkAddress.Tcp ? acceptors.withDescriptors() : List.of();
        this.handOver = sockets.isEmpty() ? null : PortHandOver.of(sockets);
    }

    /**
     * What was bound.
     *
     * @param file ours, to be removed at the end; null: there is none, or it is somebody else's
     */
    private record Bound(
            Acceptors acceptors,
            SocketAddress address,
            @Nullable UnixSocketFile file) {}

    /**
     * Binds, and accepts nothing yet.
     *
     * @param settings what a new connection begins with; not asked for before {@link #accept}
     * @param allConnections the connections of all listeners
     * @param handedOver what {@code systemd:} speaks of
     * @throws BindFailure when the address cannot be had; nothing is left bound then
     */
    public static BoundListener bind(
            ListenerConfig config,
            Supplier<ListenerSettings> settings,
            ConnectionLoops loops,
            PermitLimiter allConnections,
            HandedOverSockets handedOver)
            throws BindFailure {
        LimitsConfig most = config.limits();
        ListenerLimits limits = new ListenerLimits(
                new PermitLimiter(most.connections()),
                allConnections,
                new SourceLimiter(most.connectionsPerSource(), most.handshakeRatePerSource()),
                new PermitLimiter(most.handshakesInFlight()));
        NetworkAddress address = config.bind();
        try {
            Bound bound;
            if (address instanceof NetworkAddress.Unix unix) {
                bound = bindFile(unix, loops, limits, settings);
            } else if (address instanceof NetworkAddress.Inherited inherited) {
                bound = inherit(inherited.name(), handedOver, loops, limits, settings);
            } else {
                bound = bindPort(((NetworkAddress.Tcp) address).hostPort(), config.name(), loops, limits, settings);
            }
            return new BoundListener(config, limits, bound);
        } catch (Exception e) { // What Netty throws here is checked, though it does not say so.
            throw BindFailure.of(key(config), address, e);
        }
    }

    private static Bound inherit(
            String name,
            HandedOverSockets handedOver,
            ConnectionLoops loops,
            ListenerLimits limits,
            Supplier<ListenerSettings> settings)
            throws Exception {
        InheritedSocket socket = InheritedSocket.of(handedOver.find(name));
        handedOver.take(name);
        return new Bound(loops.inherit(socket, limits, settings), socket.address(), null);
    }

    private static Bound bindFile(
            NetworkAddress.Unix unix, ConnectionLoops loops, ListenerLimits limits, Supplier<ListenerSettings> settings)
            throws Exception {
        UnixSocketFile file = new UnixSocketFile(unix.path());
        Acceptors acceptors = loops.bind(new DomainSocketAddress(file.prepare().toFile()), limits, settings);
        try {
            file.publish();
        } catch (IOException e) {
            // Or its file would stay, and so would its place on the event loop.
            acceptors.close(false).join();
            throw e;
        }
        return new Bound(acceptors, new DomainSocketAddress(unix.path()), file);
    }

    private static Bound bindPort(
            HostPort port,
            String name,
            ConnectionLoops loops,
            ListenerLimits limits,
            Supplier<ListenerSettings> settings)
            throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(port.host()), port.port());
        if (PortSharing.isShared(address)) {
            LOG.atInfo()
                    .addKeyValue("listener", name)
                    .addKeyValue("address", port.toString())
                    .log("the port is shared with another process (SO_REUSEPORT)");
        }
        Acceptors acceptors = loops.bind(address, limits, settings);
        return new Bound(acceptors, acceptors.address(), null);
    }

    /** Tells of every socket that should be handed over whether it can be served, and takes none. */
    public static void check(
            ProxyConfig config, HandedOverSockets handedOver, List<ConfigProblem> problems, List<String> warnings) {
        for (ListenerConfig listener : config.listeners().values()) {
            if (!(listener.bind() instanceof NetworkAddress.Inherited inherited)) {
                continue;
            }
            if (!handedOver.any()) {
                warnings.add(key(listener) + ": \"" + inherited
                        + "\" is not checked: no socket was handed over to this command");
                continue;
            }
            try {
                InheritedSocket.of(handedOver.find(inherited.name()));
            } catch (IOException e) {
                problems.add(BindFailure.of(key(listener), inherited, e).problem());
            }
        }
    }

    private static String key(ListenerConfig config) {
        return "listeners." + config.name() + ".bind";
    }

    /** Where the configuration says that it is. */
    public NetworkAddress configured() {
        return configured;
    }

    /** Where it is: with the port that the kernel chose, and the path of an inherited socket. */
    public SocketAddress address() {
        return address;
    }

    /** These hold from now on; who is connected stays. */
    public void limit(LimitsConfig most) {
        limits.connections().limit(most.connections());
        limits.sources().limit(most.connectionsPerSource(), most.handshakeRatePerSource());
        limits.handshakes().limit(most.handshakesInFlight());
    }

    public void accept() {
        acceptors.accept();
        LOG.atInfo()
                .addKeyValue("listener", name)
                .addKeyValue("address", AddressText.of(address))
                .log("listening");
    }

    /**
     * Waits until what is queued was accepted, and closes; connections go on. Asking again does nothing. All at once: each
     * waits for tens of milliseconds, and a gateway with hundreds of ports would not begin its drain for as long as that takes.
     */
    public static void close(Collection<BoundListener> listeners) {
        CompletableFuture.allOf(
                        listeners.stream().map(BoundListener::beginToClose).toArray(CompletableFuture<?>[]::new))
                .join();
        listeners.forEach(BoundListener::removeFile);
    }

    private CompletableFuture<Void> beginToClose() {
        return acceptors.close(handOver != null && handOver.begin());
    }

    private void removeFile() {
        if (file != null) {
            file.remove();
        }
    }
}
