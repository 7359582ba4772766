package io.sallyport.server.listen;

import io.sallyport.eventloop.SocketError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Tells whether somebody listens on a port that SO_REUSEPORT would let us share without a word. */
final class PortSharing {
    private PortSharing() {}

    static boolean isShared(InetSocketAddress address) {
        if (address.getPort() == 0) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
            return false;
        } catch (IOException e) {
            return SocketError.of(e) == SocketError.ADDRESS_IN_USE;
        }
    }
}
