package io.sallyport.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sallyport.accesslog.AccessLog;
import io.sallyport.accesslog.HandshakeLog;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.value.StartTls;
import io.sallyport.connection.ListenerSettings;
import io.sallyport.connection.ListenerVersion;
import io.sallyport.connection.RouteTable;
import io.sallyport.memory.ConnectionMemory;
import io.sallyport.memory.MemoryGuard;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.BuildInfo;
import io.sallyport.sources.Sources;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.LiveContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the queue of a listening socket counts as empty, so that it can be closed. Time is the test's. */
class AcceptGateTest {
    private final MemoryGuard memory = new MemoryGuard(null, 0, ConnectionMemory.IDLE);
    private EmbeddedChannel listening = new EmbeddedChannel();
    private AcceptGate gate = gate(settings());

    AcceptGateTest() throws Exception {}

    @BeforeEach
    void listen() {
        listening = new EmbeddedChannel(gate);
        listening.freezeTime();
    }

    @AfterEach
    void close() {
        listening.close();
        memory.close();
    }

    @Test
    void whoeverClosesAListenerIsNotHeldUpByItsQueue() {
        CompletableFuture<Void> closed = new Acceptors(List.of(new Acceptors.Acceptor(listening, gate))).close(false);

        assertThat(closed).as("its queue may not be empty").isNotDone();
        assertThat(listening.isOpen()).isTrue();
        advance(20);
        assertThat(listening.isOpen()).isFalse();
        assertThat(closed).isDone();
    }

    @Test
    void aListenerThatAnotherProcessKeepsOpenIsClosedAtOnce() {
        assertThat(new Acceptors(List.of(new Acceptors.Acceptor(listening, gate)), true).close(false))
                .isDone();
        assertThat(listening.isOpen()).isFalse();
    }

    @Test
    void aQueueThatNobodyComesToIsEmpty() {
        CompletableFuture<Void> quiet = gate.whenQuiet(listening, false);

        advance(4);
        assertThat(quiet).isNotDone();
        advance(10);
        assertThat(quiet).isDone();
    }

    @Test
    void aPauseAfterAFailedAcceptIsNoEmptyQueue() {
        listening.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        assertThat(listening.config().isAutoRead()).isFalse();

        CompletableFuture<Void> quiet = gate.whenQuiet(listening, false);
        advance(150);
        assertThat(quiet).isNotDone();

        // What is queued is accepted after the pause; then nobody comes any more.
        advance(60);
        assertThat(listening.config().isAutoRead()).isTrue();
        advance(10);
        assertThat(quiet).isDone();
    }

    @Test
    void aDescriptorTableThatStaysFullHoldsNoDrainUpForEver() {
        CompletableFuture<Void> quiet = gate.whenQuiet(listening, false);
        for (int i = 0; i < 20; i++) {
            listening.pipeline().fireExceptionCaught(new IOException("Too many open files"));
            advance(100);
        }

        assertThat(quiet).isDone();
    }

    @Test
    void aListenerThatAcceptsNothingHasNothingToWaitFor() {
        listening.config().setAutoRead(false);

        CompletableFuture<Void> quiet = gate.whenQuiet(listening, false);
        advance(2);

        assertThat(quiet).isDone();
    }

    private void advance(int millis) {
        for (int i = 0; i < millis; i++) {
            listening.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            listening.runPendingTasks();
            listening.runScheduledPendingTasks();
        }
    }

    private AcceptGate gate(ListenerSettings settings) {
        return new AcceptGate(
                new ListenerLimits(
                        new PermitLimiter(0), new PermitLimiter(0), new SourceLimiter(0, 0), new PermitLimiter(0)),
                memory,
                new LimitRefusals(),
                new AcceptTrouble(),
                () -> settings);
    }

    private static ListenerSettings settings() throws Exception {
        ListenerConfig config = Objects.requireNonNull(
                ConfigLoader.load("""
                        sallyport {
                          listeners.plain { bind = "127.0.0.1:0", backend = app }
                          backends.app.servers = ["127.0.0.1:1"]
                        }
                        """, "test", Path.of("/")).listeners().get("plain"));
        return new ListenerSettings(
                "plain",
                config.proxyProtocol(),
                Sources.ALL,
                RouteTable.NONE,
                null,
                null,
                config.limits(),
                config.timeouts(),
                StartTls.OFF,
                "",
                true,
                true,
                new Meters(new SimpleMeterRegistry(), new BuildInfo("", "", "", "")).listener("plain"),
                new HandshakeLog(AccessLog.none()),
                new ChallengeAnswers(new LiveContexts()),
                new ListenerVersion(config, List.of(), ""));
    }
}
