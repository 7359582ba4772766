package io.sallyport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.accesslog.ConnectionLog;
import io.sallyport.accesslog.ConnectionSummary;
import io.sallyport.accesslog.HandshakeReport;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.config.ConfigLoader;
import io.sallyport.connection.ConnectionState.Listener;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.metrics.CloseReason;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.BuildInfo;
import io.sallyport.server.generation.Assembler;
import io.sallyport.server.generation.GenerationLoader;
import io.sallyport.server.generation.LoaderServices;
import io.sallyport.server.generation.Serving;
import io.sallyport.server.generation.Staged;
import io.sallyport.testing.CapturedLog;
import io.sallyport.testing.CertificateAuthority;
import io.sallyport.tls.context.ChallengeAnswers;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.context.RsaAccelerator;
import io.sallyport.tls.path.SeenPoints;
import io.sallyport.tls.source.KeySources;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every event in every state of a connection, without sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectionEventsTest implements ConnectionLog {
    private static final String TABLE = "connection-events.txt";
    private static final String IMPOSSIBLE = "cannot happen";

    private final LiveContexts contexts = new LiveContexts();
    private final BackendRuntime runtime = new BackendRuntime();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Map<Meter.Id, Double> counted = new HashMap<>();
    private final Map<ConnectionState, Map<ConnectionEvent, String>> table = new EnumMap<>(ConnectionState.class);
    private @Nullable Serving serving;
    private @Nullable SslContext clientTls;

    @BeforeAll
    void load(@TempDir Path directory) throws Exception {
        assertThat(OpenSsl.isAvailable()).isTrue();
        CertificateAuthority.create("Root").server("a.test").issue().writePem(directory, "a");
        Path file = Files.writeString(directory.resolve("x.conf"), """
                sallyport {
                  listeners.tls {
                    bind = "127.0.0.1:0", backend = app, tls.certificates = [{ chain = a.crt, key = a.key }]
                    limits.handshakes-in-flight = 1
                  }
                  listeners.plain { bind = "127.0.0.1:0", backend = app }
                  listeners.at-once { bind = "127.0.0.1:0", backend = app, timeouts.half-close = 0s }
                  backends.app { servers = ["127.0.0.1:1"], tls { enabled = true, verify = insecure-none } }
                }
                """);
        GenerationLoader loader = new GenerationLoader(new LoaderServices(
                new KeySources(variable -> null),
                null,
                contexts,
                new RsaAccelerator(),
                new SeenPoints(),
                runtime.loop()));
        Staged staged = loader.load(loader.content(ConfigLoader.load(file)), null);
        serving = new Assembler(
                        new Meters(registry, new BuildInfo("", "", "", "")),
                        this,
                        runtime,
                        new ChallengeAnswers(contexts))
                .assemble(staged, Map.of(), Instant.now(), null);
        clientTls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("")
                .build();
        readTable();
    }

    @AfterAll
    void everythingNativeIsGivenBack() {
        ReferenceCountUtil.release(clientTls);
        if (serving != null) {
            serving.release();
        }
        runtime.close();
        assertThat(contexts.count()).isZero();
    }

    // ---- the table

    @ParameterizedTest
    @EnumSource
    void eachEventDoesWhatTheTableSays(ConnectionState state) {
        Map<ConnectionEvent, String> done = new EnumMap<>(ConnectionEvent.class);
        for (ConnectionEvent event : ConnectionEvent.values()) {
            done.put(event, outcome(state, event));
        }

        assertThat(done).isEqualTo(table.get(state));
    }

    String outcome(ConnectionState state, ConnectionEvent event) {
        try (CapturedLog log = CapturedLog.start()) {
            ConnectionRig rig = rig(state.listener());
            for (ConnectionEvent step : state.way()) {
                assertThat(step.isPossible(rig)).as(step.name()).isTrue();
                step.happen(rig);
            }
            rig.client.takeCalls();
            rig.server.takeCalls();
            boolean endedBefore = rig.isEnding();
            if (!event.isPossible(rig)) {
                endsOnce(rig);
                return IMPOSSIBLE;
            }
            event.happen(rig);
            assertNoFault(log, event.name());
            String result = told("client", rig.client) + told("server", rig.server);
            boolean ends = rig.isEnding() && !endedBefore;
            CloseReason reason = endsOnce(rig);
            if (ends) {
                result += reason.tag();
            }
            return result.isBlank() ? "nothing" : result.strip();
        }
    }

    /** What a handler or a listener throws, Netty only logs. */
    private static void assertNoFault(CapturedLog log, String what) {
        assertThat(log.faults())
                .as(what)
                .allSatisfy(fault -> assertThat(fault)
                        .startsWith("sallyport.connection: internal error: java.lang.IllegalStateException: test\n"));
    }

    private static String told(String name, RecordedPeer peer) {
        String calls = peer.takeCalls();
        return calls.isEmpty() ? "" : name + " " + calls + "; ";
    }

    private void readTable() throws Exception {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(TABLE))) {
            Map<ConnectionEvent, String> row = Map.of();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                if (!line.startsWith(" ")) {
                    row = new EnumMap<>(ConnectionEvent.class);
                    table.put(ConnectionState.valueOf(line), row);
                    continue;
                }
                String[] cells = line.split(": ", 2);
                for (String event : cells[1].split(" ", -1)) {
                    assertThat(row.put(ConnectionEvent.valueOf(event), cells[0].strip()))
                            .as(event)
                            .isNull();
                }
            }
        }
    }

    // ---- any number of them

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whateverHappensEndsOnceForOneReason(long seed) {
        Random random = new Random(seed);
        try (CapturedLog log = CapturedLog.start()) {
            for (int i = 0; i < 1000; i++) {
                // Those without TLS cost least, and have every state of a relay.
                List<Listener> listeners =
                        i % 10 == 0 ? List.of(Listener.values()) : List.of(Listener.PLAIN, Listener.AT_ONCE);
                walk(random, listeners.get(random.nextInt(listeners.size())));
            }
            assertNoFault(log, "seed " + seed);
        }
    }

    private void walk(Random random, Listener listener) {
        ConnectionRig rig = rig(listener);
        rig.client.fullDuplex = random.nextBoolean();
        List<ConnectionEvent> way = new ArrayList<>();
        try {
            for (int i = random.nextInt(16); i > 0; i--) {
                List<ConnectionEvent> possible = Stream.of(ConnectionEvent.values())
                        .filter(event -> event.isPossible(rig))
                        .toList();
                ConnectionEvent event = possible.get(random.nextInt(possible.size()));
                way.add(event);
                event.happen(rig);
            }
            endsOnce(rig);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(listener + " " + rig.client.fullDuplex + " " + way, e);
        }
    }

    /** Left alone, a connection ends by its deadlines; and when its channels are closed, nothing of it is left. */
    private CloseReason endsOnce(ConnectionRig rig) {
        if (rig.isDialling()) {
            rig.unreachable(ConnectFailure.TIMEOUT);
        }
        rig.pass(Duration.ofHours(2));
        assertThat(rig.isEnding()).as("ends by itself").isTrue();
        assertThat(rig.client.closes()).as("the client is closed").isPositive();
        rig.closeChannels();
        List<CloseReason> reasons = closeReasons();
        assertThat(reasons).as("ends once").hasSize(1);
        assertThat(rig.isForgotten()).as("is no longer alive").isTrue();
        assertThat(rig.leaked()).as("buffers that are left").isZero();
        assertThat(rig.hasTimersLeft()).as("timers that are left").isFalse();
        return reasons.get(0);
    }

    private ConnectionRig rig(Listener listener) {
        String name = listener.isTls() ? "tls" : listener == Listener.AT_ONCE ? "at-once" : "plain";
        ConnectionRig rig = new ConnectionRig(
                Objects.requireNonNull(
                        Objects.requireNonNull(serving).listeners().get(name)),
                listener.awaitsProxyHeader(),
                Objects.requireNonNull(clientTls));
        if (listener == Listener.TLS_BUSY) {
            assertThat(rig.handshakes.tryAcquire()).isTrue();
        }
        return rig;
    }

    /** Those counted since the last time this was asked: a bare probe has no line in the log. */
    private List<CloseReason> closeReasons() {
        List<CloseReason> reasons = new ArrayList<>();
        for (Counter counter : registry.find("sallyport.connections.closed").counters()) {
            double now = counter.count();
            Double before = counted.put(counter.getId(), now);
            for (double i = before == null ? 0 : before; i < now; i++) {
                reasons.add(CloseReason.valueOf(
                        Objects.requireNonNull(counter.getId().getTag("reason")).toUpperCase(Locale.ROOT)));
            }
        }
        return reasons;
    }

    @Override
    public void connectionClosed(ConnectionSummary connection) {}

    @Override
    public boolean admitsFailure(@Nullable InetAddress source, ScheduledExecutorService timer) {
        return true;
    }

    @Override
    public boolean wantsSuccess(@Nullable InetAddress source, @Nullable String serverName) {
        return false;
    }

    @Override
    public void handshakeEnded(HandshakeReport handshake) {}
}
