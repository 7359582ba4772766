package io.sallyport.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that speaks plain TCP. */
public final class PlainClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket = new Socket();

    private PlainClient(InetSocketAddress address, String source) {
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName(source), 0));
            socket.connect(address, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static PlainClient connect(InetSocketAddress address) {
        return new PlainClient(address, "127.0.0.1");
    }

    /** From one of the many addresses of loopback. */
    public static PlainClient connectFrom(String source, InetSocketAddress address) {
        return new PlainClient(address, source);
    }

    /** What a {@link NamedBackend} says first. */
    public static String nameBehind(InetSocketAddress address) {
        try (PlainClient client = connect(address)) {
            return client.readText(1);
        }
    }

    public Socket socket() {
        return socket;
    }

    public void send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Less where the stream ends before. */
    public String readText(int length) {
        try {
            return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of the stream. */
    public Received readAll() {
        try {
            return Received.from(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void sendFin() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
