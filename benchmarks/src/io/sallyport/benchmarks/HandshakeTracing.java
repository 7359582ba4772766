package io.sallyport.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sallyport.benchmarks.RecordedHandshake.Flight;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.handshake.wire.ClientHelloResult;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The trace of a full handshake that succeeds, beside that handshake. With {@code -prof gc} also what it allocates, which is
 * the most that it can hold.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HandshakeTracing {
    private static final String TRACE = "trace";

    @Param({"TLSv1.2", "TLSv1.3"})
    public String version;

    private RecordedHandshake handshakes;
    private List<Flight> flights;
    private ClientHello hello;
    private EmbeddedChannel channel;
    private long made;

    @Setup
    public void record() throws Exception {
        handshakes = new RecordedHandshake(version);
        flights = handshakes.flights();
        ClientHelloResult read =
                new ClientHelloReader().read(flights.get(0).bytes());
        hello = ((ClientHelloResult.Complete) read).hello();
        channel = new EmbeddedChannel(new Sink(), new Source());
    }

    @TearDown(Level.Iteration)
    public void tellServerSide() {
        if (made > 0) {
            System.out.printf("server's side of a handshake: %,d ns%n", handshakes.takeServerNanos() / made);
            made = 0;
        }
    }

    @TearDown
    public void close() {
        handshakes.close();
        flights.forEach(flight -> flight.bytes().release());
        channel.close();
    }

    /** What one handshake pays. */
    @Benchmark
    public HandshakeTrace trace() {
        HandshakeTrace trace = HandshakeTrace.ofServer(System.nanoTime());
        for (int i = 0; i < flights.size(); i++) {
            Flight flight = flights.get(i);
            trace.onBytes(flight.direction(), flight.bytes(), System.nanoTime());
            if (i == 0) {
                trace.onClientHello(hello);
            }
        }
        return trace;
    }

    /** The same by a handler that is put into a pipeline and taken out of it again. Less {@link #pipelineAlone}. */
    @Benchmark
    public HandshakeTrace traceInPipeline() {
        HandshakeTrace trace = HandshakeTrace.ofServer(System.nanoTime());
        channel.pipeline().addFirst(TRACE, new Tracing(trace));
        trace.onClientHello(hello);
        passAll();
        channel.pipeline().remove(TRACE);
        return trace;
    }

    @Benchmark
    public void pipelineAlone() {
        passAll();
    }

    /** What only a failed handshake pays. */
    @Benchmark
    public HandshakeTranscript traceInWords() {
        return trace().snapshot();
    }

    /** Both sides of the handshake itself; the server's share is printed. */
    @Benchmark
    public void handshake() throws Exception {
        handshakes.run(null);
        made++;
    }

    private void passAll() {
        for (Flight flight : flights) {
            if (flight.direction() == Direction.CLIENT_TO_SERVER) {
                channel.pipeline().fireChannelRead(flight.bytes());
            } else {
                channel.pipeline().write(flight.bytes(), channel.voidPromise());
            }
        }
    }

    /** As the proxy's own does it. */
    private static final class Tracing extends ChannelDuplexHandler {
        private final HandshakeTrace trace;

        Tracing(HandshakeTrace trace) {
            this.trace = trace;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            trace.onBytes(Direction.CLIENT_TO_SERVER, (ByteBuf) message, System.nanoTime());
            ctx.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            trace.onBytes(Direction.SERVER_TO_CLIENT, (ByteBuf) message, System.nanoTime());
            ctx.write(message, promise);
        }
    }

    /** Takes what is read, and keeps it for the next time. */
    private static final class Source extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {}
    }

    /** Takes what is written, and keeps it for the next time. */
    private static final class Sink extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {}
    }
}
