package io.sallyport.benchmarks;

import io.sallyport.benchmarks.load.LoopbackLoad;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The baseline of {@link Handshake}: the same client and backend, with the least relay on the JDK's TLS between them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class HandshakeOnJdk {
    /** The JDK has no X25519MLKEM768. */
    @Param({"TLSv1.3/X25519", "TLSv1.2/X25519"})
    public String agreement;

    @Param({"EC", "RSA"})
    public String key;

    @Param({"full", "resumed"})
    public String session;

    @Param({"none", "required"})
    public String clientCertificate;

    private Material material;
    private LoopbackLoad load;
    private JdkRelay relay;

    @Setup
    public void start() throws Exception {
        boolean mutual = clientCertificate.equals("required");
        material = Material.of(key);
        load = new LoopbackLoad();
        relay = JdkRelay.start(material, mutual, load.backend());
        load.target(Handshake.target(relay.port(), agreement, key, session, mutual ? material.client() : null));
    }

    @TearDown
    public void stop() throws Exception {
        relay.close();
        load.close();
        material.close();
    }

    @Benchmark
    @OperationsPerInvocation(Handshake.BATCH)
    public void handshake() throws InterruptedException {
        load.handshakes(Handshake.BATCH, session.equals("resumed"));
    }
}
