package io.sallyport.benchmarks;

import io.netty.handler.ssl.OpenSsl;
import io.sallyport.tls.context.TicketKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The three keys of one epoch from a secret: what a rotation costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TicketKeyDerivation {
    private final TicketKeys keys = TicketKeys.derived(new byte[32], Duration.ofHours(12));
    private long second;

    @Setup
    public void loadNatives() {
        OpenSsl.ensureAvailability();
    }

    @Benchmark
    public TicketKeys.Ring ring() {
        return keys.at(Instant.ofEpochSecond(second += 43_200));
    }
}
