package io.sallyport.testing;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A backend that says one letter, its name, to whoever connects, and then sends back what it gets. */
public final class NamedBackend implements AutoCloseable {
    private final FakeBackend backend;

    public NamedBackend(String name) {
        backend = FakeBackend.running(socket -> {
            socket.getOutputStream().write(name.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(socket.getOutputStream());
        });
    }

    public InetSocketAddress address() {
        return backend.address();
    }

    /** The address as a configuration has it. */
    public String server() {
        return "\"127.0.0.1:" + address().getPort() + "\"";
    }

    /** The connections underneath. */
    public FakeBackend connections() {
        return backend;
    }

    @Override
    public void close() {
        backend.close();
    }
}
