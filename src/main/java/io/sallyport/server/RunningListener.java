package io.sallyport.server;

import io.netty.channel.unix.DomainSocketAddress;
import io.sallyport.config.ConfigProblem;
import io.sallyport.config.HostPort;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.NetworkAddress;
import io.sallyport.connection.Acceptors;
import io.sallyport.connection.AddressText;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.limits.ConnectionLimiter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bound listener, and what its new connections share at the moment. */
final class RunningListener {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");

    private final NetworkAddress bind;
    private final @Nullable UnixSocketFile file;
    private final ConnectionLimiter limiter;
    private final Acceptors acceptors;
    private volatile ListenerSettings settings;

    private RunningListener(ListenerConfig config, ListenerSettings settings, ConnectionLoops loops) throws Exception {
        this.bind = config.bind();
        this.limiter = new ConnectionLimiter(config.limits().connections());
        this.settings = settings;
        if (bind instanceof NetworkAddress.Unix unix) {
            this.file = new UnixSocketFile(unix.path());
            this.acceptors = loops.bind(new DomainSocketAddress(file.prepare().toFile()), limiter, this::settings);
            file.publish();
            return;
        }
        this.file = null;
        HostPort port = ((NetworkAddress.Tcp) bind).hostPort();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(port.host()), port.port());
        if (PortSharing.isShared(address)) {
            LOG.atInfo()
                    .addKeyValue("listener", config.name())
                    .addKeyValue("address", bind.toString())
                    .log("the port is shared with another process (SO_REUSEPORT)");
        }
        this.acceptors = loops.bind(address, limiter, this::settings);
    }

    /**
     * Binds, and accepts nothing yet.
     *
     * @throws StartException when the address cannot be had
     */
    static RunningListener bind(ListenerConfig config, ListenerSettings settings, ConnectionLoops loops)
            throws StartException {
        try {
            return new RunningListener(config, settings, loops);
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
        limiter.limit(next.limits().connections());
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
        acceptors.close();
        if (file != null) {
            file.remove();
        }
    }
}
