package io.sallyport.accesslog;

import io.sallyport.metrics.CloseReason;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.iana.CodeList;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A line of the access log about a browser's connection, rendered as the log does and not written. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AccessLines {
    private static final int LINES = 32;
    private static final Instant ACCEPTED = Instant.parse("2026-01-02T03:04:05.678901234Z");

    private final List<ConnectionSummary> connections = new ArrayList<>();
    private final LineBatch<ConnectionSummary> batch = new LineBatch<>((line, json) -> AccessLine.write(json, line));

    @Setup
    public void fill() {
        for (int i = 0; i < LINES; i++) {
            connections.add(new ConnectionSummary(
                    "0c6a9e1f-" + (100_000 + i),
                    ACCEPTED.plusNanos(i * 1_234_567L),
                    "https",
                    "192.0.2." + i + ":54321",
                    null,
                    ClientOffer.of(hello()),
                    new ConnectionSummary.Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519", "h2", false, false, null),
                    "app",
                    "198.51.100.1:8080",
                    417 + i,
                    81_234 + i,
                    1_234_567 + i * 1_001,
                    -1,
                    123_456 + i * 1_001,
                    2_345_678 + i * 1_001,
                    CloseReason.CLIENT_CLOSED));
        }
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public int line() {
        return batch.render(connections);
    }

    /** As a Chrome sends it. */
    private static ClientHello hello() {
        return new ClientHello(
                0x0303,
                32,
                1,
                CodeList.of(
                        0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
                        0x009d, 0x002f, 0x0035),
                CodeList.of(0),
                CodeList.of(
                        0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b,
                        0xff01, 0x000b, 0x000a, 0x0015),
                CodeList.of(0x0304, 0x0303),
                "app.example",
                "app.example",
                null,
                List.of("h2", "http/1.1"),
                CodeList.of(0x001d, 0x0017, 0x0018),
                CodeList.of(0x001d),
                CodeList.of(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
                CodeList.EMPTY,
                CodeList.of(2),
                CodeList.of(1),
                0,
                -1,
                true,
                517);
    }
}
