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

/**
 * A connection through a whole Sallyport on loopback: handshake, one byte there and back, close. The client's half, on
 * another thread, is the same in every row.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class Handshake {
    static final int BATCH = 32;

    /** X25519MLKEM768 is TLS 1.3's alone. */
    @Param({"TLSv1.3/X25519", "TLSv1.3/X25519MLKEM768", "TLSv1.2/X25519"})
    public String agreement;

    @Param({"EC", "RSA"})
    public String key;

    @Param({"full", "resumed"})
    public String session;

    @Param({"none", "required"})
    public String clientCertificate;

    private Material material;
    private LoopbackLoad load;
    private Sallyport proxy;

    @Setup
    public void start() throws Exception {
        boolean mutual = clientCertificate.equals("required");
        material = Material.of(key);
        load = new LoopbackLoad();
        proxy = Sallyport.start(material, mutual, load.backend());
        load.target(target(proxy.port(), agreement, key, session, mutual ? material.client() : null));
    }

    @TearDown
    public void stop() throws Exception {
        proxy.close();
        load.close();
        material.close();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void handshake() throws InterruptedException {
        load.handshakes(BATCH, session.equals("resumed"));
    }

    static String target(int port, String agreement, String key, String session, Material.Party client) {
        String[] parts = agreement.split("/");
        return "port=" + port + " version=" + parts[0] + " group=" + parts[1]
                + " suite=TLS_ECDHE_" + (key.equals("EC") ? "ECDSA" : "RSA") + "_WITH_AES_128_GCM_SHA256"
                + (session.equals("resumed") ? " resume=true" : "")
                + (client == null ? "" : " cert=" + client.chain() + " key=" + client.key());
    }
}
