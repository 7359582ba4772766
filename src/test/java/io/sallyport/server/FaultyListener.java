package io.sallyport.server;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sallyport.accept.Acceptors;
import io.sallyport.accept.ListenerLimits;
import io.sallyport.accept.PermitLimiter;
import io.sallyport.accept.SourceLimiter;
import io.sallyport.accesslog.ConnectionLog;
import io.sallyport.accesslog.ConnectionSummary;
import io.sallyport.accesslog.HandshakeReport;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.config.FileSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.eventloop.Transport;
import io.sallyport.memory.ConnectionMemory;
import io.sallyport.memory.MemoryGuard;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.BuildInfo;
import io.sallyport.server.generation.Assembler;
import io.sallyport.server.generation.GenerationLoader;
import io.sallyport.server.generation.LoaderServices;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.generation.Staged;
import io.sallyport.server.generation.StartException;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.context.RsaAccelerator;
import io.sallyport.tls.path.SeenPoints;
import io.sallyport.tls.source.KeySources;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listener with a fault of our own. Its configuration has the listener {@code https}. */
public final class FaultyListener implements AutoCloseable, ConnectionLog {
    private final BlockingQueue<HandshakeReport> reports = new LinkedBlockingQueue<>();
    private final ConnectionLoops loops =
            new ConnectionLoops(1, Transport.auto(), new MemoryGuard(null, 0, ConnectionMemory.IDLE));
    private final Serving serving;
    private final Acceptors acceptors;
    private boolean freed;

    private FaultyListener(Path file, RsaAccelerator accelerator) throws Exception {
        serving = serving(new FileSource(file).load(), accelerator);
        acceptors = loops.bind(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ListenerLimits(
                        new PermitLimiter(0), new PermitLimiter(0), new SourceLimiter(0, 0), new PermitLimiter(0)),
                () -> Objects.requireNonNull(serving.listeners().get("https")));
        acceptors.accept();
    }

    /** Its contexts are freed already, so that no handshake can be made. */
    public static FaultyListener freed(Path file) throws Exception {
        FaultyListener listener = new FaultyListener(file, new RsaAccelerator());
        listener.free();
        return listener;
    }

    /** What signs with its RSA keys fails, as a hardware module that has gone would. */
    public static FaultyListener unableToSign(Path file) throws Exception {
        return new FaultyListener(file, new RsaAccelerator(FailingSigner::new, () -> true));
    }

    private Serving serving(ProxyConfig config, RsaAccelerator accelerator) throws ConfigException, StartException {
        Meters meters = new Meters(new SimpleMeterRegistry(), new BuildInfo("", "", "", ""));
        try (BackendRuntime runtime = new BackendRuntime()) {
            GenerationLoader loader = new GenerationLoader(new LoaderServices(
                    new KeySources(variable -> null),
                    null,
                    new LiveContexts(),
                    accelerator,
                    new SeenPoints(),
                    runtime.loop()));
            Staged staged = loader.load(loader.content(config), null);
            return new Assembler(meters, this, runtime, new ChallengeAnswers(new LiveContexts()))
                    .assemble(staged, Map.of(), Instant.now(), null);
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) acceptors.address();
    }

    /** What is told of the next handshake. */
    public HandshakeReport next() throws InterruptedException {
        return Objects.requireNonNull(reports.poll(60, TimeUnit.SECONDS), "no handshake ended");
    }

    @Override
    public void connectionClosed(ConnectionSummary connection) {}

    @Override
    public boolean admitsFailure(@Nullable InetAddress source, ScheduledExecutorService timer) {
        return true;
    }

    @Override
    public boolean wantsSuccess(@Nullable InetAddress source, @Nullable String serverName) {
        return true;
    }

    @Override
    public void handshakeEnded(HandshakeReport handshake) {
        reports.add(handshake);
    }

    @Override
    public void close() {
        acceptors.close(false).join();
        // A loop that is stopped leaves the pipelines of open connections as they are.
        loops.whenEmpty().orTimeout(5, TimeUnit.SECONDS).join();
        loops.stop().awaitUninterruptibly(5, TimeUnit.SECONDS);
        if (!freed) {
            free();
        }
    }

    private void free() {
        serving.release();
        freed = true;
    }
}
