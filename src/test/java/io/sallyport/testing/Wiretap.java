package io.sallyport.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Stands between one client and the proxy, and keeps every byte that crosses the wire. */
public final class Wiretap implements AutoCloseable {
    private final ServerSocket listening;
    private final InetSocketAddress target;
    private final ByteArrayOutputStream fromClient = new ByteArrayOutputStream();
    private final ByteArrayOutputStream fromProxy = new ByteArrayOutputStream();

    private Wiretap(InetSocketAddress target) {
        this.target = target;
        try {
            listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::relay);
    }

    public static Wiretap on(InetSocketAddress target) {
        return new Wiretap(target);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** Whether these bytes went from the client to the proxy, in the clear. */
    public boolean clientSent(byte[] bytes) {
        return contains(fromClient, bytes);
    }

    /** Whether these bytes went from the proxy to the client, in the clear. */
    public boolean proxySent(byte[] bytes) {
        return contains(fromProxy, bytes);
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void relay() {
        try (Socket client = listening.accept();
                Socket proxy = new Socket(target.getAddress(), target.getPort())) {
            Thread back = start(() -> pump(proxy, client, fromProxy));
            pump(client, proxy, fromClient);
            back.join();
        } catch (IOException e) {
            // The test is over before a client came, or sees the other end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(Socket from, Socket to, ByteArrayOutputStream record) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                synchronized (record) {
                    record.write(buffer, 0, read);
                }
                out.write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One side reset its connection.
        }
    }

    private static boolean contains(ByteArrayOutputStream record, byte[] bytes) {
        synchronized (record) {
            return record.toString(StandardCharsets.ISO_8859_1)
                    .contains(new String(bytes, StandardCharsets.ISO_8859_1));
        }
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "wiretap");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
