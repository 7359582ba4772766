package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A backend that reads each connection to its end, remembers what it got, and closes. */
public final class SinkBackend implements AutoCloseable {
    private final BlockingQueue<Received> ended = new LinkedBlockingQueue<>();
    private final FakeBackend backend = FakeBackend.running(socket -> ended.add(Received.from(socket)));

    public InetSocketAddress address() {
        return backend.address();
    }

    /** The connections underneath. */
    public FakeBackend connections() {
        return backend;
    }

    /** Waits for the end of a connection that was not asked for yet. */
    public Received await() throws InterruptedException {
        Received received = ended.poll(60, TimeUnit.SECONDS);
        assertThat(received).as("the end of the backend's connection").isNotNull();
        return received;
    }

    @Override
    public void close() {
        backend.close();
    }
}
