package io.sallyport.proxyprotocol;

import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * The two ends of a client's connection: internet addresses with ports, or paths of unix-domain sockets.
 *
 * @param source the client's
 * @param destination where the client connected to
 */
public record AddressPair(SocketAddress source, SocketAddress destination) {
    /** A client on a unix-domain socket has no address, as a rule. */
    private static final DomainSocketAddress UNNAMED = new DomainSocketAddress("");

    /** Those of the socket itself. */
    public static AddressPair of(Channel channel) {
        return new AddressPair(
                Objects.requireNonNullElse(channel.remoteAddress(), UNNAMED),
                Objects.requireNonNullElse(channel.localAddress(), UNNAMED));
    }
}
