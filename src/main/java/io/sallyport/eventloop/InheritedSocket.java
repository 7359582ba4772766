package io.sallyport.eventloop;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A listening stream socket that another process has bound and handed over, as the kernel describes it.
 *
 * @param family what kind of addresses its peers have
 * @param address where it listens; a unix-domain socket that has no path has an empty one
 */
public record InheritedSocket(int descriptor, Family family, SocketAddress address) {
    /** Kinds of addresses that can be served. */
    public enum Family {
        INET,
        UNIX
    }

    // sys/socket.h
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_PROTOCOL = 38;
    private static final int SO_DOMAIN = 39;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_VSOCK = 40;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_SEQPACKET = 5;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_MPTCP = 262;

    /**
     * Looks at a descriptor, and changes nothing about it.
     *
     * @throws IOException with why it cannot be served, in words
     */
    public static InheritedSocket of(int descriptor) throws IOException {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        if (!Files.isSymbolicLink(link)) {
            throw new IOException("descriptor " + descriptor + " is not open");
        }
        if (!Files.readSymbolicLink(link).toString().startsWith("socket:")) {
            throw new IOException("what was handed over is no socket (expected: ListenStream= in the socket unit)");
        }
        Socket socket = new Socket(descriptor);
        Family family = family(socket);
        checkType(socket, family);
        if (socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) == 0) {
            throw new IOException(
                    isConnected(socket, family)
                            ? "the socket is one client's connection (expected: Accept=no in the socket unit)"
                            : "the socket does not listen (expected: one that does, as ListenStream= makes it)");
        }
        return new InheritedSocket(
                descriptor, family, family == Family.UNIX ? socket.localDomainSocketAddress() : socket.localAddress());
    }

    private static Family family(Socket socket) throws IOException {
        int domain = socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
        return switch (domain) {
            case AF_INET, AF_INET6 -> Family.INET;
            case AF_UNIX -> Family.UNIX;
            default ->
                throw new IOException("the socket is of the address family "
                        + (domain == AF_VSOCK ? "AF_VSOCK" : String.valueOf(domain))
                        + " (expected: TCP or a unix-domain socket)");
        };
    }

    private static void checkType(Socket socket, Family family) throws IOException {
        int type = socket.getIntOpt(SOL_SOCKET, SO_TYPE);
        int protocol = socket.getIntOpt(SOL_SOCKET, SO_PROTOCOL);
        String found = switch (type) {
            case SOCK_STREAM -> "a stream socket of the protocol " + protocol;
            case SOCK_DGRAM -> "a datagram socket";
            case SOCK_SEQPACKET -> "a socket of sequenced packets";
            default -> "a socket of the type " + type;
        };
        if (type != SOCK_STREAM || (family == Family.INET && protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP)) {
            throw new IOException(found + " was handed over (expected: ListenStream= in the socket unit)");
        }
    }

    private static boolean isConnected(Socket socket, Family family) {
        return family == Family.UNIX ? socket.remoteDomainSocketAddress() != null : socket.remoteAddress() != null;
    }
}
