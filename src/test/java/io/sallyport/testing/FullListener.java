package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A port on loopback whose queue is full, so that the kernel drops whoever comes: a dial neither succeeds nor fails until
 * {@link #accept} makes room.
 */
public final class FullListener implements AutoCloseable {
    private static final int UNANSWERED_MILLIS = 200;

    private final ServerSocket listening;
    private final List<SocketChannel> queued = new ArrayList<>();

    public FullListener() {
        try {
            listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            while (enqueue()) {
                // Until one is left unanswered.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** Empties the queue and accepts the first that comes then, which takes as long as the kernel's next try: a second. */
    public Socket accept() throws IOException {
        for (SocketChannel channel : queued) {
            channel.close();
            listening.accept().close();
        }
        queued.clear();
        Socket socket = listening.accept();
        socket.setSoTimeout(10_000);
        return socket;
    }

    private boolean enqueue() throws IOException {
        try (Selector selector = Selector.open()) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(address());
            channel.register(selector, SelectionKey.OP_CONNECT);
            if (selector.select(UNANSWERED_MILLIS) == 0) {
                channel.close();
                return false;
            }
            channel.finishConnect();
            queued.add(channel);
            return true;
        }
    }

    @Override
    public void close() {
        try {
            for (SocketChannel channel : queued) {
                channel.close();
            }
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
