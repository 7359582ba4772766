package io.sallyport.benchmarks;

import io.sallyport.tls.ServerNameMap;
import java.util.HashMap;
import java.util.Map;
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
import org.openjdk.jmh.annotations.Warmup;

/** A server name among many: exact, by wildcard, and none. New strings each time, as the wire brings them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ServerNameLookup {
    @Param({"10", "1000", "100000"})
    public int names;

    private ServerNameMap<Integer> map;
    private char[][] asked;
    private int next;

    @Setup
    public void fill() {
        Map<String, Integer> byName = new HashMap<>();
        for (int i = 0; i < names; i++) {
            byName.put(i % 2 == 0 ? "host" + i + ".example.com" : "*.zone" + i + ".example.com", i);
        }
        map = ServerNameMap.of(byName);
        asked = new char[1024][];
        for (int i = 0; i < asked.length; i++) {
            int number = (int) ((long) i * names / asked.length);
            asked[i] = (number % 2 == 0 ? "host" + number + ".example.com" : "www.zone" + number + ".example.com")
                    .toCharArray();
        }
    }

    @Benchmark
    public Integer known() {
        return map.lookup(new String(asked[next++ & 1023]));
    }

    @Benchmark
    public Integer unknown() {
        return map.lookup(new String(asked[next++ & 1023]) + ".test");
    }
}
