package io.sallyport.eventloop;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * From which address a connection to a server is made, and with a port that the kernel takes.
 *
 * @param address null: the client's, and it has none that can be taken
 * @param isBorrowed whether it need not be one of this machine (IP_TRANSPARENT of ip(7))
 */
public record SourceAddress(@Nullable InetAddress address, boolean isBorrowed) {
    // The numbers of linux/in6.h. Netty has the option for IPv4 alone.
    private static final IntegerUnixChannelOption IPV6_TRANSPARENT =
            new IntegerUnixChannelOption("IPV6_TRANSPARENT", 41, 75);

    /** One of this machine. */
    public static SourceAddress own(InetAddress address) {
        return new SourceAddress(address, false);
    }

    /**
     * A client's.
     *
     * @param client null where it has no address; one on a unix-domain socket has none either
     */
    public static SourceAddress of(@Nullable SocketAddress client) {
        @Nullable InetAddress address = client instanceof InetSocketAddress inet ? inet.getAddress() : null;
        // Bound to 0.0.0.0, which a PROXY protocol header may say, the socket would show our own address.
        boolean isUsable = address != null && !address.isAnyLocalAddress() && !address.isMulticastAddress();
        return new SourceAddress(isUsable ? address : null, true);
    }

    /**
     * Whether a connection from it to there can be made at all. The kernel drops what comes from a client on loopback and
     * leaves this machine, which would look like a server that does not answer.
     */
    public boolean reaches(SocketAddress server) {
        if (!(server instanceof InetSocketAddress inet)) {
            return !isBorrowed;
        }
        return address != null
                && isV6(inet.getAddress()) == isV6(address)
                && (!isBorrowed
                        || !address.isLoopbackAddress()
                        || inet.getAddress().isLoopbackAddress());
    }

    /**
     * Has a socket that is not connected use it.
     *
     * @throws ChannelException where this process may not
     */
    public SocketAddress prepare(SocketChannel socket) {
        takePortLate(socket);
        if (isBorrowed) {
            borrow(socket, isV6(address));
        }
        return new InetSocketAddress(address, 0);
    }

    /** Why this process cannot make connections from addresses of others; null: it can. Opens a socket for it. */
    public static @Nullable String borrowingProblem(Transport transport) {
        if (transport != Transport.EPOLL) {
            return "transport " + transport + " cannot (expected: epoll)";
        }
        SocketChannel socket = transport.socketTo(new InetSocketAddress(0).getAddress());
        try {
            borrow(socket, false);
            return null;
        } catch (ChannelException e) {
            return "this process may not use addresses that are not its own, as IP_TRANSPARENT says"
                    + " (expected: CAP_NET_ADMIN or CAP_NET_RAW)";
        } finally {
            socket.unsafe().closeForcibly();
        }
    }

    /** For the log. */
    @Override
    public String toString() {
        return address == null ? "a client without an address" : address.getHostAddress();
    }

    /** By the connect, so that one port serves connections to many servers; else some 28,000 connections take them all. */
    private static void takePortLate(SocketChannel socket) {
        try {
            socket.config().setOption(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        } catch (ChannelException e) {
            // A sandbox's kernel need not have it.
        }
    }

    private static void borrow(SocketChannel socket, boolean isV6) {
        if (isV6) {
            socket.config().setOption(IPV6_TRANSPARENT, 1);
        } else {
            socket.config().setOption(EpollChannelOption.IP_TRANSPARENT, true);
        }
    }

    private static boolean isV6(@Nullable InetAddress address) {
        return address instanceof Inet6Address;
    }
}
