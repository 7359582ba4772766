package io.sallyport.benchmarks;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * MiB a second through the proxy's record path in an embedded channel, one direction at a time, without a socket; beside it
 * SslHandler on the JDK's own provider.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BulkRecords {
    private static final int MIB = 4;
    private static final int TOTAL = MIB << 20;

    /** An established connection. */
    @State(Scope.Benchmark)
    public static class Connection {
        @Param({"sallyport", "jdk"})
        public String provider;

        @Param({"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"})
        public String suite;

        @Param({"1024", "4096", "16384"})
        public int size;

        private Material material;
        private RecordPath path;
        private ByteBuf piece;

        @Setup
        public void connect() throws Exception {
            material = Material.of("EC");
            path = provider.equals("jdk") ? RecordPath.jdk(material, suite) : RecordPath.sallyport(material, suite);
            piece = path.piece(size);
        }

        @TearDown
        public void close() throws Exception {
            piece.release();
            path.close();
            material.close();
        }
    }

    /** Records of the client, made anew for each call and not timed. */
    @State(Scope.Benchmark)
    public static class Records {
        private List<ByteBuf> reads;

        @Setup(Level.Invocation)
        public void encrypt(Connection connection) {
            reads = connection.path.clientRecords(connection.size, TOTAL);
        }
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public long toClient(Connection connection) {
        return checked(connection.path.toClient(connection.piece, TOTAL));
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public long toBackend(Connection connection, Records records) {
        return checked(connection.path.toBackend(records.reads));
    }

    private static long checked(long bytes) {
        if (bytes < TOTAL) {
            throw new IllegalStateException(bytes + " bytes came out (expected: at least " + TOTAL + ")");
        }
        return bytes;
    }
}
