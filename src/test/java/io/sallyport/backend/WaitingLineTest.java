package io.sallyport.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.BackendConfig;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.ServerState;
import io.sallyport.metrics.Meters;
import io.sallyport.metrics.Meters.BuildInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits for room at a server, in every order of events, on two event loops that are turned by hand. */
class WaitingLineTest {
    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final int LENGTH = 4;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Meters meters = new Meters(registry, new BuildInfo("", "", "", ""));
    private final EmbeddedChannel backends = new EmbeddedChannel();
    private final EmbeddedChannel connections = new EmbeddedChannel();
    private final WaitingLine<Backend> line = new WaitingLine<>(backends.eventLoop(), "app", meters);
    private final List<BackendServer> servers = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final List<Client> served = new ArrayList<>();
    private final Set<Endpoint> everSeen = new HashSet<>();
    private int asked;
    private @Nullable Backend serving;

    WaitingLineTest() {
        connections.freezeTime();
    }

    @AfterEach
    void close() {
        backends.finishAndReleaseAll();
        connections.finishAndReleaseAll();
    }

    /** As a dial does: takes room, or waits for it; then holds it until it ends. */
    private final class Client implements PlaceInLine.Callback {
        final int number = asked++;
        final EventLoop loop = connections.eventLoop();
        private final Collection<Endpoint> tried;

        @Nullable
        PlaceInLine place;

        @Nullable
        Endpoint held;

        boolean gone;
        boolean refused;

        Client(Collection<Endpoint> tried) {
            this.tried = List.copyOf(tried);
        }

        void begin() {
            Backend pool = Objects.requireNonNull(serving);
            held = line.isEmpty() ? pool.take(number, null, tried) : null;
            if (held != null) {
                everSeen.add(held);
                served.add(this);
            } else if (pool.hasServer(null, tried)) {
                place = new PlaceInLine(loop, pool, number, null, tried, this);
                if (!place.begin(DEADLINE)) {
                    place = null;
                    refused = true;
                }
            } else {
                refused = true;
            }
        }

        boolean waits() {
            return place != null;
        }

        void end() {
            gone = true;
            if (place != null) {
                place.leave();
                place = null;
            }
            if (held != null) {
                held.givenBack();
                held = null;
            }
        }

        @Override
        public void onRoom(Backend now, Endpoint endpoint, long waitedNanos) {
            assertThat(gone || refused || held != null).isFalse();
            if (tried.isEmpty()) {
                assertThat(clients)
                        .as("earlier ones")
                        .noneMatch(other -> other.number < number && other.tried.isEmpty() && other.waits());
            }
            place = null;
            held = endpoint;
            everSeen.add(endpoint);
            served.add(this);
        }

        @Override
        public void onNobody(long waitedNanos) {
            assertThat(gone || held != null).isFalse();
            place = null;
            refused = true;
        }

        @Override
        public void onLate(long waitedNanos) {
            assertThat(gone || held != null).isFalse();
            assertThat(waitedNanos).isGreaterThanOrEqualTo(DEADLINE.toNanos());
            place = null;
            refused = true;
        }
    }

    // ---- one thing at a time

    @Test
    void theyAreServedInTheOrderTheyCame() {
        pool(server(1));
        Client first = arrive();
        Client second = arrive();
        Client third = arrive();
        assertThat(served).containsExactly(first);

        first.end();
        run();
        second.end();
        run();

        assertThat(served).containsExactly(first, second, third);
        assertThat(line.waiting()).isZero();
    }

    /** A place is free, and the line has not been told of it yet. */
    @Test
    void nobodyOvertakesThoseWhoWait() {
        pool(server(1));
        Client first = arrive();
        Client second = arrive();
        first.end();

        Client third = arrive();
        run();

        assertThat(served).containsExactly(first, second);
        assertThat(third.waits()).isTrue();
    }

    @Test
    void noMoreWaitThanMayAndWhoLeavesMakesRoomAtOnce() {
        pool(server(1));
        arrive();
        List<Client> waiting = new ArrayList<>();
        for (int i = 0; i < LENGTH; i++) {
            waiting.add(arrive());
        }
        assertThat(arrive().refused).isTrue();

        waiting.get(2).end();

        assertThat(arrive().waits()).isTrue();
        assertThat(arrive().refused).isTrue();
        assertThat(results("full")).isEqualTo(2);
        assertThat(results("left")).isEqualTo(1);
    }

    @Test
    void whoIsLateIsTurnedAwayAndTakesNothingAlong() {
        pool(server(1));
        Client first = arrive();
        Client second = arrive();
        pass(DEADLINE);
        assertThat(second.refused).isTrue();
        assertThat(results("timeout")).isEqualTo(1);

        first.end();
        run();

        assertThat(inFlight()).isZero();
        assertThat(line.waiting()).isZero();
    }

    /** The line calls it on one thread, and it leaves on the other. */
    @Test
    void aPlaceThatIsGrantedToOneWhoHasLeftGoesToTheNext() {
        pool(server(1));
        Client first = arrive();
        Client second = arrive();
        Client third = arrive();
        run();
        first.end();
        backends.runPendingTasks();

        second.end();
        run();

        assertThat(served).containsExactly(first, third);
        assertThat(inFlight()).isEqualTo(1);
    }

    /** It leaves on its own thread while the line's looks for room for it. */
    @Test
    void whatIsFoundForOneWhoLeavesMeanwhileIsGivenBack() {
        BackendServer server = server(1);
        pool(server);
        PlaceInLine place = new PlaceInLine(
                connections.eventLoop(), Objects.requireNonNull(serving), 0, null, List.of(), new Client(List.of()));
        AtomicBoolean called = new AtomicBoolean();
        AtomicReference<WaitingLine<Backend>.@Nullable Entry> entry = new AtomicReference<>();
        entry.set(line.join(
                new WaitingLine.Guest<>() {
                    @Override
                    public WaitingLine.Sought seek(Backend pool) {
                        WaitingLine.Sought sought = place.seek(pool);
                        assertThat(inFlight()).isEqualTo(1);
                        assertThat(Objects.requireNonNull(entry.get()).leave()).isTrue();
                        return sought;
                    }

                    @Override
                    public void called() {
                        called.set(true);
                    }

                    @Override
                    public void giveBack() {
                        place.giveBack();
                    }

                    @Override
                    public void turnedAway() {
                        called.set(true);
                    }
                },
                0));
        run();

        assertThat(called).isFalse();
        assertThat(inFlight()).isZero();
        assertThat(line.waiting()).isZero();
    }

    @Test
    void aHigherLimitServesThoseWhoWaitAndALowerOneClosesNothing() {
        BackendServer server = server(1);
        pool(server);
        for (int i = 0; i < 4; i++) {
            arrive();
        }
        run();

        server.maxConnections(3);
        pool(server);
        assertThat(served).hasSize(3);

        server.maxConnections(1);
        pool(server);
        served.get(0).end();
        served.get(1).end();
        run();
        assertThat(served).hasSize(3);
        served.get(2).end();
        run();
        assertThat(served).hasSize(4);
    }

    @Test
    void aServerThatAReloadAddsServesThoseWhoWait() {
        BackendServer server = server(1);
        pool(server);
        arrive();
        Client second = arrive();

        BackendServer other = server(1);
        pool(server, other);

        assertThat(Objects.requireNonNull(second.held).server()).isSameAs(other);
    }

    @Test
    void whoWaitsForABackendThatIsGoneIsTurnedAway() {
        pool(server(1));
        Client first = arrive();
        Client second = arrive();

        line.close();
        run();

        assertThat(second.refused).isTrue();
        assertThat(first.held).isNotNull();
        assertThat(results("no_server")).isEqualTo(1);
        Client late = arrive();
        run();
        assertThat(late.refused).isTrue();
    }

    /** No other is left that it could wait for. */
    @Test
    void whoWaitsForAServerThatIsTakenOutOfServiceIsTurnedAway() {
        BackendServer server = server(1);
        pool(server);
        arrive();
        Client second = arrive();

        Objects.requireNonNull(serving).set(server.toString(), ServerState.DRAIN);
        run();

        assertThat(second.refused).isTrue();
        assertThat(results("no_server")).isEqualTo(1);
    }

    @Test
    void aBackupIsNoOverflow() {
        pool(List.of(new PoolMember(server(1), 1, false), new PoolMember(server(5), 1, true)));
        arrive();

        assertThat(arrive().waits()).isTrue();
    }

    /** One server has failed it, the other is full. */
    @Test
    void whoHasTriedAServerWaitsForAnother() {
        BackendServer failed = server(2);
        BackendServer full = server(1);
        pool(failed, full);
        Endpoint busy = full.endpoints().get(0);
        assertThat(busy.take()).isTrue();

        Client client = arrive(failed.endpoints());
        Client next = arrive();
        run();

        assertThat(client.waits()).isTrue();
        assertThat(Objects.requireNonNull(next.held).server()).isSameAs(failed);
        busy.givenBack();
        run();
        assertThat(client.held).isSameAs(busy);
    }

    // ---- any order

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverHappensNoPlaceIsLostAndNoLimitBroken(long seed) {
        Random random = new Random(seed);
        List<BackendServer> all = List.of(server(1), server(2), server(3));
        pool(all.toArray(BackendServer[]::new));
        for (int step = 0; step < 3000; step++) {
            List<Integer> loads = loads(all);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> arrive(List.of());
                case 3 -> arrive(List.of(all.get(random.nextInt(3)).endpoints().get(0)));
                case 4, 5 -> {
                    if (!clients.isEmpty()) {
                        clients.get(random.nextInt(clients.size())).end();
                    }
                }
                case 6 -> backends.runPendingTasks();
                case 7 -> connections.runPendingTasks();
                case 8 -> {
                    connections.advanceTimeBy(random.nextInt(2000), TimeUnit.MILLISECONDS);
                    connections.runScheduledPendingTasks();
                }
                default -> change(all, random);
            }
            for (int i = 0; i < all.size(); i++) {
                int now = loads(all).get(i);
                if (now > loads.get(i)) {
                    assertThat(now).as("seed %d step %d", seed, step).isLessThanOrEqualTo(most(all.get(i)));
                }
            }
            assertThat(line.waiting()).isBetween(0, LENGTH);
            clients.removeIf(client -> client.gone || client.refused);
        }
        run();
        assertThat(inFlight()).isEqualTo((int)
                clients.stream().filter(client -> client.held != null).count());
        assertThat(line.waiting())
                .isEqualTo((int) clients.stream().filter(Client::waits).count());
        if (line.waiting() > 0 && clients.stream().anyMatch(client -> client.waits() && client.tried.isEmpty())) {
            assertThat(Objects.requireNonNull(serving).hasRoom())
                    .as("somebody waits beside room")
                    .isFalse();
        }
        clients.forEach(Client::end);
        run();
        assertThat(inFlight()).isZero();
        assertThat(line.waiting()).isZero();
        assertThat(everSeen.stream().mapToInt(Endpoint::inFlight).sum()).isZero();
    }

    /** What reloads, health checks and operators do. */
    private void change(List<BackendServer> all, Random random) {
        BackendServer any = all.get(random.nextInt(all.size()));
        switch (random.nextInt(4)) {
            case 0 -> {
                int most = random.nextInt(4);
                any.maxConnections(most);
                start(all.stream().map(each -> new PoolMember(each, 1, false)).toList());
            }
            case 1 ->
                start(all.stream()
                        .map(each -> new PoolMember(each, 1, each == any))
                        .toList());
            case 2 -> {
                any.endpoints().get(0).checked(random.nextBoolean());
                start(Objects.requireNonNull(serving).members());
            }
            default ->
                Objects.requireNonNull(serving)
                        .set(any.toString(), random.nextBoolean() ? ServerState.READY : ServerState.DRAIN);
        }
    }

    private static int most(BackendServer server) {
        return server.maxConnections() == 0 ? Integer.MAX_VALUE : server.maxConnections();
    }

    private static List<Integer> loads(List<BackendServer> all) {
        return all.stream().map(each -> each.endpoints().get(0).inFlight()).toList();
    }

    // ---- the rig

    private BackendServer server(int most) {
        NetworkAddress address = new NetworkAddress.Tcp(new HostPort("127.0.0.1", 1 + servers.size()));
        BackendServer server = new BackendServer(address, false, meters.backend("app", address.toString()), line::wake);
        server.maxConnections(most);
        servers.add(server);
        return server;
    }

    private void pool(BackendServer... members) {
        pool(List.of(members).stream()
                .map(each -> new PoolMember(each, 1, false))
                .toList());
    }

    /** Puts another into service, as a reload does, and lets it take effect. */
    private void pool(List<PoolMember> members) {
        start(members);
        run();
    }

    private void start(List<PoolMember> members) {
        Backend before = serving;
        serving = new Backend(config(), members, null, null, line, backends.eventLoop(), names());
        if (before != null) {
            before.stop();
        }
        serving.start();
    }

    private NameResolver names() {
        return new NameResolver(backends.eventLoop(), proxyConfig().dns());
    }

    private static BackendConfig config() {
        return Objects.requireNonNull(proxyConfig().backends().get("app"));
    }

    private static ProxyConfig proxyConfig() {
        try {
            return ConfigLoader.load(
                    "sallyport { listeners.plain { bind = \"127.0.0.1:0\", backend = app }, backends.app { servers ="
                            + " [\"127.0.0.1:1\"], queue.length = " + LENGTH + " } }",
                    "x.conf",
                    Path.of("."));
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private Client arrive() {
        return arrive(List.of());
    }

    private Client arrive(Collection<Endpoint> tried) {
        Client client = new Client(tried);
        client.begin();
        clients.add(client);
        return client;
    }

    private void pass(Duration time) {
        connections.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        connections.runScheduledPendingTasks();
        run();
    }

    /** Until neither loop has anything to do. */
    private void run() {
        for (int i = 0; i < 4; i++) {
            backends.runPendingTasks();
            connections.runPendingTasks();
        }
    }

    private int inFlight() {
        return servers.stream()
                .mapToInt(each -> each.endpoints().get(0).inFlight())
                .sum();
    }

    private double results(String result) {
        return registry.get("sallyport.backend.queue")
                .tag("result", result)
                .counter()
                .count();
    }
}
