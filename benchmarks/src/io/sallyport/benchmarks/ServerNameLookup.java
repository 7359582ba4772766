package io.sallyport.benchmarks;

import io.sallyport.tls.context.ServerNameMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
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

/** A server name among many, half of them exact and half wildcards. New strings each time, as the wire brings them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ServerNameLookup {
    private static final int ASKED = 1024;

    @Param({"10", "100", "1000", "10000", "100000"})
    public int names;

    private ServerNameMap<Integer> map;
    private char[][] exact;
    private char[][] wildcard;
    private char[][] miss;
    private int next;

    @Setup
    public void fill() {
        Map<String, Integer> byName = new HashMap<>();
        for (int i = 0; i < names; i++) {
            byName.put(i % 2 == 0 ? "host" + i + ".example.com" : "*.zone" + i + ".example.com", i);
        }
        map = ServerNameMap.of(byName);
        Random random = new Random(1);
        exact = new char[ASKED][];
        wildcard = new char[ASKED][];
        miss = new char[ASKED][];
        for (int i = 0; i < ASKED; i++) {
            int number = random.nextInt(names / 2) * 2;
            exact[i] = ("host" + number + ".example.com").toCharArray();
            wildcard[i] = ("www.zone" + (number + 1) + ".example.com").toCharArray();
            miss[i] = ("host" + number + ".example.org").toCharArray();
        }
        requireFound(exact, true);
        requireFound(wildcard, true);
        requireFound(miss, false);
    }

    @Benchmark
    public Integer exact() {
        return map.lookup(new String(exact[next++ & (ASKED - 1)]));
    }

    @Benchmark
    public Integer wildcard() {
        return map.lookup(new String(wildcard[next++ & (ASKED - 1)]));
    }

    @Benchmark
    public Integer miss() {
        return map.lookup(new String(miss[next++ & (ASKED - 1)]));
    }

    /** What is measured is what its name says. */
    private void requireFound(char[][] asked, boolean expected) {
        for (char[] name : asked) {
            if ((map.lookup(new String(name)) != null) != expected) {
                throw new IllegalStateException(new String(name));
            }
        }
    }
}
