package io.sallyport.explain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server on loopback that does the same with every connection, one after another. */
public final class RawServer implements AutoCloseable {
    private final ServerSocket listening;

    /** What is done with a connection; it is closed afterwards. */
    @FunctionalInterface
    public interface Manner {
        void treat(Socket client) throws IOException;
    }

    public RawServer(Manner manner) {
        try {
            listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(() -> serve(manner), "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Manner manner) {
        while (!listening.isClosed()) {
            try (Socket client = listening.accept()) {
                manner.treat(client);
            } catch (IOException e) {
                // The client has left, or the test is over.
            }
        }
    }

    /** Reads what comes first and answers with bytes, one character a byte. */
    static RawServer answering(String bytes) {
        return new RawServer(client -> {
            readSome(client);
            client.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            client.shutdownOutput();
            readAll(client);
        });
    }

    /** Bytes of the first read; 0 at the end. */
    static int readSome(Socket client) throws IOException {
        return Math.max(0, client.getInputStream().read(new byte[32 * 1024]));
    }

    public static void readAll(Socket client) throws IOException {
        client.getInputStream().readAllBytes();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
