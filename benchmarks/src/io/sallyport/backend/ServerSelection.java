package io.sallyport.backend;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sallyport.config.BackendConfig.Balance;
import io.sallyport.config.BackendConfig.OnDown;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.metrics.Meters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** A server for a new connection, from two threads at once as two event loops would; and a new snapshot. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ServerSelection {
    @Param({"1", "10", "1000"})
    public int servers;

    /** equal, or different ones */
    @Param({"equal", "different"})
    public String weights;

    private List<PoolMember> members;
    private Candidates candidates;
    private final ServerSelector roundRobin = ServerSelectors.of(Balance.ROUND_ROBIN);
    private final ServerSelector leastConnections = ServerSelectors.of(Balance.LEAST_CONNECTIONS);
    private final ServerSelector randomTwo = ServerSelectors.of(Balance.RANDOM_TWO);
    private final ServerSelector sourceHash = ServerSelectors.of(Balance.SOURCE_HASH);

    @Setup
    public void fill() {
        Meters meters = new Meters(new SimpleMeterRegistry(), new Meters.BuildInfo("", "", "", ""));
        members = new ArrayList<>();
        for (int i = 0; i < servers; i++) {
            NetworkAddress address = new NetworkAddress.Tcp(new HostPort("10.0." + i / 256 + "." + i % 256, 80));
            BackendServer server = new BackendServer(address, false, meters.backend("app", address.toString()), () -> {});
            members.add(new PoolMember(server, weights.equals("equal") ? 1 : 1 + i % 10, false));
            for (int taken = i % 7; taken > 0; taken--) {
                server.endpoints().get(0).take();
            }
        }
        candidates = Candidates.of(members, OnDown.KEEP, List.of());
    }

    @Benchmark
    @Threads(2)
    public BackendServer.Endpoint roundRobin() {
        return roundRobin.select(candidates, 0);
    }

    @Benchmark
    @Threads(2)
    public BackendServer.Endpoint leastConnections() {
        return leastConnections.select(candidates, 0);
    }

    @Benchmark
    @Threads(2)
    public BackendServer.Endpoint randomTwo() {
        return randomTwo.select(candidates, 0);
    }

    @Benchmark
    @Threads(2)
    public BackendServer.Endpoint sourceHash() {
        return sourceHash.select(candidates, ThreadLocalRandom.current().nextLong());
    }

    /** What a change of health or of a name costs, on the backends' event loop. */
    @Benchmark
    public Object snapshot() {
        return Candidates.of(members, OnDown.KEEP, List.of());
    }
}
