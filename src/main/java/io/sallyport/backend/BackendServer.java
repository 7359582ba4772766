package io.sallyport.backend;

import io.sallyport.config.HostPort;
import io.sallyport.observe.BackendMeters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** One address of a backend. */
public final class BackendServer {
    private final HostPort configured;
    private final String label;
    private final BackendMeters meters;
    private volatile @Nullable InetSocketAddress address;

    public BackendServer(HostPort configured, BackendMeters meters) {
        this.configured = configured;
        this.label = configured.toString();
        this.meters = meters;
    }

    /** Looks the host up. Blocks; never on an event loop. */
    public void resolve() throws UnknownHostException {
        address = new InetSocketAddress(InetAddress.getByName(configured.host()), configured.port());
    }

    /** Where to connect to; null when the name has no address. */
    public @Nullable InetSocketAddress address() {
        return address;
    }

    public BackendMeters meters() {
        return meters;
    }

    /** The address as configured. */
    @Override
    public String toString() {
        return label;
    }
}
