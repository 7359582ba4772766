package io.sallyport.server;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.HostPort;
import io.sallyport.config.LimitsConfig;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.NetworkAddress;
import io.sallyport.config.ProxyConfig;
import io.sallyport.connection.Acceptors;
import io.sallyport.connection.AddressText;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.limits.ListenerLimits;
import io.sallyport.limits.PlaceLimiter;
import io.sallyport.limits.SourceLimiter;
import io.sallyport.transport.InheritedSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bound listener, and what its new connections share at the moment. */
final class RunningListener {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");

    private final NetworkAddress bind;
    private final @Nullable UnixSocketFile file;
    private final ListenerLimits limits;
    private final Acceptors acceptors;
    private final SocketAddress address;
    private final @Nullable PortHandOver handOver;
    private final AtomicReference<ListenerSettings> settings;

    private RunningListener(
            NetworkAddress bind, AtomicReference<ListenerSettings> settings, ListenerLimits limits, Bound bound) {
        this.bind = bind;
        this.limits = limits;
        this.settings = settings;
        this.acceptors = bound.acceptors();
        this.address = bound.address();
        this.file = bound.file();
        List<UnixChannel> sockets = bind instanceof NetworkAddress.Tcp ? acceptors.withDescriptors() : List.of();
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
            acceptors.close(false);
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

    /**
     * Binds, and accepts nothing yet.
     *
     * @param everybody the connections of all listeners
     * @param handedOver what {@code systemd:} speaks of
     * @throws StartException when the address cannot be had
     */
    static RunningListener bind(
            ListenerConfig config,
            ListenerSettings settings,
            ConnectionLoops loops,
            PlaceLimiter everybody,
            HandedOverSockets handedOver)
            throws StartException {
        try {
            return bind(config, new AtomicReference<>(settings), loops, everybody, handedOver);
        } catch (Exception e) {
            throw new StartException(
                    new ConfigProblem("", "listeners." + config.name() + ".bind", BindFailure.words(config.bind(), e)));
        }
    }

    private static RunningListener bind(
            ListenerConfig config,
            AtomicReference<ListenerSettings> settings,
            ConnectionLoops loops,
            PlaceLimiter everybody,
            HandedOverSockets handedOver)
            throws Exception {
        LimitsConfig most = config.limits();
        ListenerLimits limits = new ListenerLimits(
                new PlaceLimiter(most.connections()),
                everybody,
                new SourceLimiter(most.connectionsPerSource(), most.handshakeRatePerSource()),
                new PlaceLimiter(most.handshakesInFlight()));
        NetworkAddress address = config.bind();
        Bound bound;
        if (address instanceof NetworkAddress.Unix unix) {
            bound = bindFile(unix, loops, limits, settings::get);
        } else if (address instanceof NetworkAddress.Inherited inherited) {
            bound = inherit(inherited.name(), handedOver, loops, limits, settings::get);
        } else {
            bound = bindPort(((NetworkAddress.Tcp) address).hostPort(), config.name(), loops, limits, settings::get);
        }
        return new RunningListener(address, settings, limits, bound);
    }

    /** Tells of every socket that should be handed over whether it can be served, and takes none. */
    static void check(
            ProxyConfig config, HandedOverSockets handedOver, List<ConfigProblem> problems, List<String> warnings) {
        for (ListenerConfig listener : config.listeners().values()) {
            if (!(listener.bind() instanceof NetworkAddress.Inherited inherited)) {
                continue;
            }
            String key = "listeners." + listener.name() + ".bind";
            if (!handedOver.any()) {
                warnings.add(key + ": \"" + inherited + "\" is not checked: no socket was handed over to this command");
                continue;
            }
            try {
                InheritedSocket.of(handedOver.find(inherited.name()));
            } catch (IOException e) {
                problems.add(new ConfigProblem("", key, BindFailure.words(inherited, e)));
            }
        }
    }

    boolean isBoundTo(NetworkAddress address) {
        return bind.equals(address);
    }

    /** New connections begin with these settings; those under way keep theirs. */
    void use(ListenerSettings next) {
        settings.set(next);
        LimitsConfig most = next.limits();
        limits.connections().limit(most.connections());
        limits.sources().limit(most.connectionsPerSource(), most.handshakeRatePerSource());
        limits.handshakes().limit(most.handshakesInFlight());
    }

    ListenerSettings settings() {
        return Objects.requireNonNull(settings.get());
    }

    SocketAddress address() {
        return address;
    }

    void accept() {
        acceptors.accept();
        LOG.atInfo()
                .addKeyValue("listener", settings().name())
                .addKeyValue("address", AddressText.of(address()))
                .log("listening");
    }

    void close() {
        acceptors.close(handOver != null && handOver.begin());
        if (file != null) {
            file.remove();
        }
    }
}
