package io.sallyport.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Peers on unix-domain sockets, by the JDK's own channels. */
public final class UnixSocket {
    private UnixSocket() {}

    /** A server that says {@code greeting} to whoever connects, and then sends back what it gets. */
    public static ServerSocketChannel echoing(Path path, String greeting) {
        try {
            ServerSocketChannel listening = listening(path);
            Thread thread = new Thread(
                    () -> {
                        while (true) {
                            try {
                                SocketChannel channel = listening.accept();
                                Thread one = new Thread(() -> echo(channel, greeting), "unix-echo-connection");
                                one.setDaemon(true);
                                one.start();
                            } catch (IOException e) {
                                return; // closed
                            }
                        }
                    },
                    "unix-echo");
            thread.setDaemon(true);
            thread.start();
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A socket that is bound and listened on. */
    public static ServerSocketChannel listening(Path path) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(path));
        return listening;
    }

    /** Connects, sends, ends, and reads to the end. */
    public static String exchange(Path path, String text) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            channel.shutdownOutput();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(65536);
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return all.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void echo(SocketChannel channel, String greeting) {
        try (channel) {
            channel.write(ByteBuffer.wrap(greeting.getBytes(StandardCharsets.UTF_8)));
            ByteBuffer buffer = ByteBuffer.allocate(65536);
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // The peer has gone.
        }
    }
}
