package io.sallyport.server.listen;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves a port to the other processes that listen on it (SO_REUSEPORT), without refusing a connection.
 *
 * <p>The kernel gives a client to one of the sockets with its first SYN. What a socket has not accepted when it closes is
 * reset, handshakes of TCP under way included, unless {@code net.ipv4.tcp_migrate_req} is set. So for a while before the
 * close, new clients are steered to the others; and a SYN that comes to one of ours all the same is dropped: its client sends
 * it again a second later, and then somebody else has the port.
 *
 * <p>Sockets are numbered in the order in which they began to listen, and the last one takes the number of one that closes.
 * Whoever came to a port that others had already, and stays when they have gone, has the first numbers.
 */
final class PortHandOver {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");

    private final List<UnixChannel> ours;
    private final Set<String> earlier;

    private PortHandOver(List<UnixChannel> ours, Set<String> earlier) {
        this.ours = List.copyOf(ours);
        this.earlier = earlier;
    }

    /** Notes who was there before. Reads files. */
    static PortHandOver of(List<UnixChannel> ours) {
        try {
            // The program that the last process attached would send every connection to this one, and none to those
            // that stay.
            SocketProgram.steerNoMore(ours.get(0));
        } catch (ChannelException e) {
            LOG.debug("nobody steers the port");
        }
        try {
            return new PortHandOver(ours, PortPeers.of(ours));
        } catch (IOException e) {
            LOG.debug("who shares the port is not known", e);
            return new PortHandOver(ours, Set.of());
        }
    }

    /**
     * Sends new clients to the others from now on. Reads files.
     *
     * @return whether there are any: then what is under way to us takes a while to come
     */
    boolean begin() {
        if (!ours.stream().allMatch(UnixChannel::isOpen)) {
            return false;
        }
        try {
            Set<String> others = PortPeers.of(ours);
            if (others.isEmpty()) {
                return false;
            }
            steerTo(others);
            ours.forEach(SocketProgram.dropNewConnections()::filter);
            LOG.atInfo().addKeyValue("sockets", others.size()).log("the port is left to another process");
            return true;
        } catch (IOException | ChannelException e) {
            LOG.debug("the port cannot be handed over", e);
            return false;
        }
    }

    private void steerTo(Set<String> others) {
        if (others.equals(earlier)) {
            SocketProgram.choose(0, others.size()).steer(ours.get(0));
        } else if (Collections.disjoint(others, earlier)) {
            SocketProgram.choose(ours.size(), others.size()).steer(ours.get(0));
        }
        // Else three have the port, and what their numbers are cannot be seen.
    }
}
