package io.sallyport.benchmarks.load;

import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;

/** The load client and the backend for a benchmark in the same process. */
public final class LoopbackLoad implements AutoCloseable {
    private static final int SECONDS = 30;
    private static final int LANES = 8;

    private final LoadTool tool = new LoadTool();
    private Client client;

    /** Listens, and returns the backend's port. */
    public int backend() throws InterruptedException {
        return tool.listen();
    }

    /** What to connect to, in the words of a command: {@code port=8443 version=TLSv1.3}. */
    public void target(String words) throws Exception {
        client = Client.of(Command.parse("target " + words), tool.loops());
    }

    /**
     * Makes connections, {@value #LANES} at a time: handshake, one byte there and back, close.
     *
     * @throws IllegalStateException when one of them failed, or did not resume as it should
     */
    public void handshakes(int count, boolean resumed) throws InterruptedException {
        Handshakes work = new Handshakes(client, tool.loops(), count, LANES);
        String line = work.run(SECONDS);
        long atLeast = resumed ? Math.max(0, count - 2 * LANES) : 0;
        long atMost = resumed ? count : 0;
        if (!line.contains(" errors=0 ") || work.figures.resumptions() < atLeast || work.figures.resumptions() > atMost) {
            throw new IllegalStateException(line);
        }
    }

    /** One command of the load tool, such as {@code bulk port=8443 bytes=1048576}. */
    public String run(String line) throws Exception {
        return tool.answer(Command.parse(line));
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        EventLoopGroup loops = tool.loops();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
