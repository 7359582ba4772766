package io.sallyport.explain.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A handshake with ourselves that is refused: without it the first times of a server would be those of classes being loaded. */
public final class WarmUp {
    private static final byte[] FATAL_HANDSHAKE_FAILURE = {21, 3, 3, 0, 2, 2, 40};
    private static final int LARGEST = 4096;

    private WarmUp() {}

    /** Blocks for some milliseconds. */
    public static void run(Probe probe, ClientContext context) {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = new Thread(() -> refuse(server), "explain-warm-up");
            peer.setDaemon(true);
            peer.start();
            probe.warmUp((InetSocketAddress) server.getLocalSocketAddress(), context);
        } catch (IOException e) {
            // Then the first times are a little long.
        }
    }

    private static void refuse(ServerSocket server) {
        try (Socket client = server.accept()) {
            if (client.getInputStream().read(new byte[LARGEST]) > 0) {
                client.getOutputStream().write(FATAL_HANDSHAKE_FAILURE);
            }
        } catch (IOException e) {
            // The probe has left.
        }
    }
}
