package io.sallyport.server;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.HostPort;
import io.sallyport.config.LimitsConfig;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.NetworkAddress;
import io.sallyport.connection.Acceptors;
import io.sallyport.connection.AddressText;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.limits.ListenerLimits;
import io.sallyport.limits.PlaceLimiter;
import io.sallyport.limits.SourceLimiter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
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
    private final @Nullable PortHandOver handOver;
    private volatile ListenerSettings settings;

    private RunningListener(
            ListenerConfig config,
            ListenerSettings settings,
            ConnectionLoops loops,
            PlaceLimiter everybody,
            Supervisor supervisor)
            throws Exception {
        this.bind = config.bind();
        LimitsConfig most = config.limits();
        this.limits = new ListenerLimits(
                new PlaceLimiter(most.connections()),
                everybody,
                new SourceLimiter(most.connectionsPerSource(), most.handshakeRatePerSource()),
                new PlaceLimiter(most.handshakesInFlight()));
        this.settings = settings;
        if (bind instanceof NetworkAddress.Unix unix) {
            this.file = new UnixSocketFile(unix.path());
            this.acceptors = loops.bind(new DomainSocketAddress(file.prepare().toFile()), limits, this::settings);
            file.publish();
            this.handOver = null;
            return;
        }
        this.file = null;
        if (bind instanceof NetworkAddress.Inherited inherited) {
            int descriptor = supervisor
                    .takeSocket(inherited.name())
                    .orElseThrow(() -> new IOException("the service manager has handed over no socket of this name"));
            this.acceptors = loops.inherit(descriptor, limits, this::settings);
            this.handOver = null;
            return;
        }
        HostPort port = ((NetworkAddress.Tcp) bind).hostPort();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(port.host()), port.port());
        if (PortSharing.isShared(address)) {
            LOG.atInfo()
                    .addKeyValue("listener", config.name())
                    .addKeyValue("address", bind.toString())
                    .log("the port is shared with another process (SO_REUSEPORT)");
        }
        this.acceptors = loops.bind(address, limits, this::settings);
        List<UnixChannel> sockets = acceptors.withDescriptors();
        this.handOver = sockets.isEmpty() ? null : PortHandOver.of(sockets);
    }

    /**
     * Binds, and accepts nothing yet.
     *
     * @param everybody the connections of all listeners
     * @param supervisor who hands sockets over
     * @throws StartException when the address cannot be had
     */
    static RunningListener bind(
            ListenerConfig config,
            ListenerSettings settings,
            ConnectionLoops loops,
            PlaceLimiter everybody,
            Supervisor supervisor)
            throws StartException {
        try {
            return new RunningListener(config, settings, loops, everybody, supervisor);
        } catch (Exception e) {
            throw new StartException(
                    new ConfigProblem("", "listeners." + config.name() + ".bind", BindFailure.words(config.bind(), e)));
        }
    }

    boolean isBoundTo(NetworkAddress address) {
        return bind.equals(address);
    }

    /** New connections begin with these settings; those under way keep theirs. */
    void use(ListenerSettings next) {
        settings = next;
        LimitsConfig most = next.limits();
        limits.connections().limit(most.connections());
        limits.sources().limit(most.connectionsPerSource(), most.handshakeRatePerSource());
        limits.handshakes().limit(most.handshakesInFlight());
    }

    ListenerSettings settings() {
        return settings;
    }

    SocketAddress address() {
        return bind instanceof NetworkAddress.Unix unix ? new DomainSocketAddress(unix.path()) : acceptors.address();
    }

    void accept() {
        acceptors.accept();
        LOG.atInfo()
                .addKeyValue("listener", settings.name())
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
