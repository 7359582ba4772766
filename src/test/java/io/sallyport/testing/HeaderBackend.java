package io.sallyport.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A backend that takes a PROXY protocol header of version 2, says a word, and ends when the peer ends. */
public final class HeaderBackend implements AutoCloseable {
    public static final String WORD = "hello from behind";

    private final BlockingQueue<ProxyHeader> headers = new LinkedBlockingQueue<>();
    private final FakeBackend backend = FakeBackend.running(socket -> {
        headers.add(ProxyHeader.read(socket.getInputStream()));
        socket.getOutputStream().write(WORD.getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        FakeBackend.drain(socket);
    });

    public InetSocketAddress address() {
        return backend.address();
    }

    /** Waits for the header of the next connection. */
    public ProxyHeader await() throws IOException {
        try {
            ProxyHeader header = headers.poll(60, TimeUnit.SECONDS);
            if (header == null) {
                throw new AssertionError("no header");
            }
            return header;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
