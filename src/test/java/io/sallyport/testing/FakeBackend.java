package io.sallyport.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A backend on loopback that does with each connection what a script says, on a thread of its own.
 *
 * <p>The socket is closed when the script ends.
 */
public final class FakeBackend implements AutoCloseable {

    /** What is done with one connection. */
    @FunctionalInterface
    public interface Script {
        void run(Socket socket) throws IOException, InterruptedException;
    }

    private final ServerSocket listening;
    private final Thread acceptor;
    private final Script script;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    private FakeBackend(Script script) {
        this.script = script;
        try {
            listening = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = start("fake-backend", this::accept);
    }

    public static FakeBackend running(Script script) {
        return new FakeBackend(script);
    }

    /** Sends back what it gets, and ends when the peer ends. */
    public static FakeBackend echo() {
        return new FakeBackend(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
    }

    /** Sends as many bytes of a payload, says nothing more, and reads until the peer ends. */
    public static FakeBackend source(Payload payload, long bytes) {
        return new FakeBackend(socket -> {
            payload.writeTo(socket.getOutputStream(), bytes);
            socket.shutdownOutput();
            drain(socket);
        });
    }

    /** Accepts, reads and says nothing, until the peer ends. */
    public static FakeBackend silent() {
        return new FakeBackend(FakeBackend::drain);
    }

    /** Accepts and neither reads nor writes. */
    public static FakeBackend frozen() {
        CountDownLatch never = new CountDownLatch(1);
        return new FakeBackend(socket -> never.await());
    }

    /** Closes each connection at once. */
    public static FakeBackend closing() {
        return new FakeBackend(socket -> {});
    }

    /** Resets each connection at once. */
    public static FakeBackend resetting() {
        return new FakeBackend(FakeBackend::reset);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** Connections so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Connections open now. */
    public int open() {
        return sockets.size();
    }

    /** The most connections that were open at once. */
    public int mostOpen() {
        return mostOpen.get();
    }

    /** Waits until as many connections are open. */
    public void awaitOpen(int count) {
        await("connections of the backend")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> open() == count);
    }

    /** Waits until there have been as many connections. */
    public void awaitAccepted(int count) {
        await("connections of the backend")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> accepted() == count);
    }

    /** Ends a connection with a reset. */
    public static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads until the peer ends. */
    public static void drain(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[64 * 1024];
        while (in.read(buffer) >= 0) {
            // Discarded.
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listening.close();
            // Until its accept has returned the kernel takes connections for it.
            acceptor.join();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (closed.getCount() > 0) {
            try {
                Socket socket = listening.accept();
                sockets.add(socket);
                mostOpen.accumulateAndGet(sockets.size(), Math::max);
                accepted.incrementAndGet();
                start("fake-backend-connection", () -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            script.run(socket);
        } catch (SocketException e) {
            // The peer reset it, or the test is over: the test sees the other end.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(socket);
        }
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
