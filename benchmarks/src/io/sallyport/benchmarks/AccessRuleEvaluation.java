package io.sallyport.benchmarks;

import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.AccessRuleConfig.Condition;
import io.sallyport.config.tls.AccessRuleConfig.Exactly;
import io.sallyport.config.tls.AccessRuleConfig.Matches;
import io.sallyport.config.tls.AccessRuleConfig.Name;
import io.sallyport.config.value.SegmentPattern;
import io.sallyport.config.value.SegmentPattern.Kind;
import io.sallyport.tls.trust.AccessRules;
import io.sallyport.tls.x509.AlternativeNames;
import io.sallyport.tls.trust.ClientIdentity;
import io.sallyport.tls.x509.DistinguishedName;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
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

/** One client against a list of allow rules of which the last one fits, and against one of which none does. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AccessRuleEvaluation {
    @Param({"1", "10", "1000"})
    public int rules;

    private AccessRules exact;
    private AccessRules patterns;
    private AccessRules none;
    private ClientIdentity client;

    @Setup
    public void fill() {
        exact = allow(i -> new Exactly(Name.CN, "client-" + i));
        // Each agrees with the client up to its last segment.
        patterns = allow(i -> new Matches(SegmentPattern.parse(Kind.URI, "spiffe://prod/*/client-" + i)));
        none = allow(i -> new Exactly(Name.CN, "stranger-" + i));
        X500Principal subject = new X500Principal("CN=client-" + rules + ",OU=ops,O=Example");
        client = new ClientIdentity(
                DistinguishedName.of(subject),
                new AlternativeNames(
                        true,
                        List.of("client.example.com"),
                        List.of("spiffe://prod/eu/client-" + rules),
                        List.of(),
                        List.of(),
                        Set.of()),
                new X500Principal("CN=Clients"),
                BigInteger.TEN,
                "",
                "",
                Instant.MAX);
        if (!exact.judge(client).allowed()
                || !patterns.judge(client).allowed()
                || none.judge(client).allowed()) {
            throw new IllegalStateException("the rules do not mean what the benchmarks are called");
        }
    }

    @Benchmark
    public AccessRules.Decision lastOfExactNames() {
        return exact.judge(client);
    }

    @Benchmark
    public AccessRules.Decision lastOfPatterns() {
        return patterns.judge(client);
    }

    @Benchmark
    public AccessRules.Decision noneFits() {
        return none.judge(client);
    }

    private AccessRules allow(IntFunction<Condition> condition) {
        List<AccessRuleConfig> configs = IntStream.rangeClosed(1, rules)
                .mapToObj(i -> new AccessRuleConfig(List.of(condition.apply(i))))
                .toList();
        return new AccessRules(configs, List.of());
    }
}
