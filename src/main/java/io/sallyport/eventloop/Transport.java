package io.sallyport.eventloop;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.AbstractNioChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.TransportChoice;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One of the kernel's interfaces for sockets: what an event loop runs on, and the channels that fit it.
 *
 * <p>A class of a transport is first loaded when that transport is used or asked for.
 */
public enum Transport {
    EPOLL {
        @Override
        @Nullable
        Throwable unavailabilityCause() {
            return Epoll.unavailabilityCause();
        }

        @Override
        public boolean serves(NetworkAddress address) {
            return true;
        }

        @Override
        public IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        public SocketChannel socket() {
            return new EpollSocketChannel();
        }

        @Override
        public SocketChannel socketTo(InetAddress peer) {
            return new EpollSocketChannel(family(peer));
        }

        @Override
        public DatagramChannel datagram() {
            return new EpollDatagramChannel();
        }

        @Override
        public ServerChannel serverSocket(InetAddress address) {
            return new EpollServerSocketChannel(family(address));
        }

        @Override
        public Channel domainSocket() {
            return new EpollDomainSocketChannel();
        }

        @Override
        public ServerChannel serverDomainSocket() {
            return new EpollServerDomainSocketChannel();
        }

        @Override
        public ServerChannel inherited(InheritedSocket socket) {
            return switch (socket.family()) {
                case INET -> new EpollServerSocketChannel(socket.descriptor());
                // It knows no path, and so deletes no file when it is closed.
                case UNIX -> new EpollServerDomainSocketChannel(socket.descriptor());
            };
        }

        @Override
        public ChannelOption<Boolean> sharedPort() {
            return UnixChannelOption.SO_REUSEPORT;
        }

        @Override
        public void tune(ServerBootstrap listening, int unsent) {
            // Netty has these options for connections only. The numbers are those of sys/socket.h and netinet/tcp.h.
            listening
                    .option(new IntegerUnixChannelOption("SO_KEEPALIVE", 1, 9), 1)
                    .option(new IntegerUnixChannelOption("TCP_NOTSENT_LOWAT", 6, 25), unsent);
        }

        @Override
        public void tune(SocketChannel connection, int unsent) {
            connection.config().setKeepAlive(true);
            try {
                connection.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) unsent);
            } catch (ChannelException e) {
                // A sandbox's kernel need not have it, and a dial must not fail for that.
            }
        }

        @Override
        public void giveUpAfter(SocketChannel connection, Duration timeout) {
            if (timeout.isZero() || timeout.compareTo(KERNEL_TIMEOUT) >= 0) {
                return;
            }
            try {
                connection.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) timeout.toMillis());
            } catch (ChannelException e) {
                // A sandbox's kernel need not have it either.
            }
        }

        @Override
        public boolean isDelivered(Channel channel) {
            if (!(channel instanceof SocketChannel)) {
                // What is written to a unix-domain socket is where it is read from.
                return true;
            }
            try {
                ByteBuffer info = channel.config().getOption(TCP_INFO).order(ByteOrder.nativeOrder());
                return info.limit() >= TCP_INFO_LENGTH
                        && info.getInt(UNACKNOWLEDGED) == 0
                        && info.getInt(NOT_SENT) == 0;
            } catch (ChannelException e) {
                return false;
            }
        }

        @Override
        public void hold(Channel channel) {
            channel.config().setOption(EpollChannelOption.TCP_CORK, true);
        }

        @Override
        public void shutdownOutput(DuplexChannel channel) {
            try {
                ((Socket) ((UnixChannel) channel).fd()).shutdown(false, true);
            } catch (IOException | NotYetConnectedException e) {
                // The peer has reset the connection meanwhile: its next event says so.
            }
        }
    },

    NIO {
        @Override
        @Nullable
        Throwable unavailabilityCause() {
            return null;
        }

        @Override
        public boolean serves(NetworkAddress address) {
            return address instanceof NetworkAddress.Tcp;
        }

        @Override
        public IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        public SocketChannel socket() {
            return new NioSocketChannel();
        }

        @Override
        public SocketChannel socketTo(InetAddress peer) {
            return socket();
        }

        @Override
        public DatagramChannel datagram() {
            return new NioDatagramChannel();
        }

        @Override
        public ServerChannel serverSocket(InetAddress address) {
            return new NioServerSocketChannel();
        }

        @Override
        public ChannelOption<Boolean> sharedPort() {
            return NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
        }

        @Override
        public void tune(ServerBootstrap listening, int unsent) {
            listening.childOption(ChannelOption.SO_KEEPALIVE, true);
        }

        @Override
        public void tune(SocketChannel connection, int unsent) {
            connection.config().setKeepAlive(true);
        }

        @Override
        public void giveUpAfter(SocketChannel connection, Duration timeout) {
            // The JDK does not have the option.
        }

        @Override
        public boolean isDelivered(Channel channel) {
            return false;
        }

        @Override
        public void hold(Channel channel) {}

        @Override
        public void shutdownOutput(DuplexChannel channel) {
            try {
                ((java.nio.channels.SocketChannel)
                                ((AbstractNioChannel) channel).unsafe().ch())
                        .shutdownOutput();
            } catch (IOException | NotYetConnectedException e) {
                // As above. Closed meanwhile, it tells so itself.
            }
        }
    };

    /** What net.ipv4.tcp_retries2 comes to, unless somebody has changed it: a longer one would keep peers for longer. */
    private static final Duration KERNEL_TIMEOUT = Duration.ofMinutes(15);

    /** struct tcp_info of linux/tcp.h up to tcpi_notsent_bytes, and the places of tcpi_unacked and of that. */
    private static final int TCP_INFO_LENGTH = 148;

    private static final int UNACKNOWLEDGED = 24;
    private static final int NOT_SENT = 144;
    private static final RawUnixChannelOption TCP_INFO = new RawUnixChannelOption("TCP_INFO", 6, 11, TCP_INFO_LENGTH);

    private static SocketProtocolFamily family(InetAddress address) {
        return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    /** What a configuration asks for. It may not be available. */
    public static Transport of(TransportChoice choice) {
        return switch (choice) {
            case AUTO -> auto();
            case EPOLL -> EPOLL;
            case NIO -> NIO;
        };
    }

    /** The best that there is on this system. */
    public static Transport auto() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** What a loop runs on. */
    public static Transport of(EventLoop loop) {
        return ((IoEventLoop) loop).isCompatible(EpollIoHandle.class) ? EPOLL : NIO;
    }

    /** All that can be used here, the best first. */
    public static Stream<Transport> available() {
        return Stream.of(values()).filter(transport -> transport.unavailability() == null);
    }

    abstract @Nullable Throwable unavailabilityCause();

    /** Why it cannot be used here; null: it can. */
    public @Nullable String unavailability() {
        Throwable cause = unavailabilityCause();
        return cause == null ? null : NativeLibraries.problem(cause);
    }

    /** Whether a socket of this kind can be listened on and connected to. */
    public abstract boolean serves(NetworkAddress address);

    /** For event loops. */
    public abstract IoHandlerFactory handlers();

    public abstract SocketChannel socket();

    /** A socket of the peer's family: one of IPv6 reaches IPv4 too, by more of the kernel's work. */
    public abstract SocketChannel socketTo(InetAddress peer);

    public abstract DatagramChannel datagram();

    /** A socket of the address's family to listen on. */
    public abstract ServerChannel serverSocket(InetAddress address);

    /**
     * A unix-domain socket.
     *
     * @throws UnsupportedOperationException where it does not serve such addresses
     */
    public Channel domainSocket() {
        throw new UnsupportedOperationException(toString());
    }

    /**
     * A unix-domain socket to listen on.
     *
     * @throws UnsupportedOperationException where it does not serve such addresses
     */
    public ServerChannel serverDomainSocket() {
        throw new UnsupportedOperationException(toString());
    }

    /**
     * A listening socket, of TCP or a unix-domain one, that somebody else has bound.
     *
     * @throws UnsupportedOperationException where it does not serve such addresses
     */
    public ServerChannel inherited(InheritedSocket socket) {
        throw new UnsupportedOperationException(toString());
    }

    /** Several sockets on one port, between which the kernel spreads connections. */
    public abstract ChannelOption<Boolean> sharedPort();

    /**
     * Has the kernel find out about a vanished peer (keep-alive), and take no more bytes than {@code unsent} that it cannot
     * send yet, where that can be said.
     */
    public abstract void tune(SocketChannel connection, int unsent);

    /** The same for all that a TCP socket accepts: where they can, they begin with what it has itself. */
    public abstract void tune(ServerBootstrap listening, int unsent);

    /**
     * Has the kernel give up a peer that takes nothing of what it is sent for so long (TCP_USER_TIMEOUT, RFC 5482), where that
     * can be said and is sooner than by itself. Not before a connection stands: it would bound its SYNs too.
     *
     * @param timeout zero: the kernel's own
     */
    public abstract void giveUpAfter(SocketChannel connection, Duration timeout);

    /** Whether the peer has acknowledged everything that the kernel has; false also where that cannot be told. */
    public abstract boolean isDelivered(Channel channel);

    /** What is written from now on leaves together with the FIN, where that can be had. */
    public abstract void hold(Channel channel);

    /**
     * Sends a FIN, behind everything that was flushed. Nothing may be written any more.
     *
     * <p>Nothing says that it is done, not even to the pipeline: Netty's own fires the event of a write that failed, as which
     * it would be taken, and makes an exception with its stack each time, for writes that might be queued.
     */
    public abstract void shutdownOutput(DuplexChannel channel);

    /** As in a configuration. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
