package io.sallyport.backend;

import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One socket address of a server, with what is known about it. It lives as long as its server has the address, over
 * reloads.
 *
 * <p>Read by any thread. Health is written on the backends' event loop alone.
 */
public final class Endpoint {
    private final BackendServer server;
    private final SocketAddress address;
    private final String text;
    private final long hash;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean checked;
    private volatile boolean down;
    private volatile long ejectedUntil;
    private volatile boolean ejected;

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

    void taken() {
        inFlight.incrementAndGet();
    }

    void givenBack() {
        inFlight.decrementAndGet();
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

    /** Nobody asks it any more. */
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

    void letBack() {
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
            String host = ip.getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return address instanceof DomainSocketAddress unix ? "unix:" + unix.path() : String.valueOf(address);
    }
}
