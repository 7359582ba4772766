package io.sallyport.benchmarks;

import io.sallyport.config.AccessRuleConfig;
import io.sallyport.config.AccessRuleConfig.Exactly;
import io.sallyport.config.AccessRuleConfig.Name;
import io.sallyport.tls.AccessRules;
import io.sallyport.tls.ClientIdentity;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.security.auth.x500.X500Principal;
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

/** One client against a list of allow rules of which the last one fits. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AccessRuleEvaluation {
    @Param({"1", "10", "1000"})
    public int rules;

    private AccessRules allow;
    private ClientIdentity client;

    @Setup
    public void fill() {
        List<AccessRuleConfig> configs = IntStream.rangeClosed(1, rules)
                .mapToObj(i -> new AccessRuleConfig(List.of(new Exactly(Name.CN, "client-" + i))))
                .toList();
        allow = new AccessRules(configs, List.of());
        client = new ClientIdentity(
                new X500Principal("CN=client-" + rules),
                "client-" + rules,
                List.of("ops"),
                List.of("Example"),
                List.of("client.example.com"),
                List.of("spiffe://prod/ops"),
                List.of(),
                List.of(),
                new X500Principal("CN=Clients"),
                BigInteger.TEN,
                "",
                "",
                Instant.MAX);
    }

    @Benchmark
    public AccessRules.Decision judge() {
        return allow.judge(client);
    }
}
