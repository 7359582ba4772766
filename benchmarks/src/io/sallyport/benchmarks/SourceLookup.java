package io.sallyport.benchmarks;

import io.sallyport.config.value.Cidr;
import io.sallyport.sources.NetworkSet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
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

/** An address among many networks of both families, in one of them or in none. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SourceLookup {
    /** More than the processor's predictor of branches can learn. */
    private static final int ASKED = 1 << 16;

    @Param({"100", "10000", "100000", "1000000"})
    public int networks;

    private List<Cidr> list;
    private NetworkSet set;
    private InetAddress[] ipv4;
    private InetAddress[] ipv6;
    private InetAddress[] miss;
    private int next;

    @Setup
    public void fill() throws UnknownHostException {
        Random random = new Random(1);
        list = new ArrayList<>();
        for (int i = 0; i < networks; i++) {
            list.add(i % 2 == 0 ? network(random, 4, 24 + random.nextInt(9)) : network(random, 16, 32 + random.nextInt(33)));
        }
        set = NetworkSet.of(list);
        ipv4 = new InetAddress[ASKED];
        ipv6 = new InetAddress[ASKED];
        miss = new InetAddress[ASKED];
        for (int i = 0; i < ASKED; i++) {
            ipv4[i] = member(random, list.get(random.nextInt(networks / 2) * 2));
            ipv6[i] = member(random, list.get(random.nextInt(networks / 2) * 2 + 1));
            byte[] other = new byte[4];
            do {
                random.nextBytes(other);
                miss[i] = InetAddress.getByAddress(other);
            } while (set.contains(miss[i]));
        }
        requireFound(ipv4);
        requireFound(ipv6);
    }

    @Benchmark
    public boolean ipv4() {
        return set.contains(ipv4[next++ & (ASKED - 1)]);
    }

    @Benchmark
    public boolean ipv6() {
        return set.contains(ipv6[next++ & (ASKED - 1)]);
    }

    @Benchmark
    public boolean miss() {
        return set.contains(miss[next++ & (ASKED - 1)]);
    }

    private static Cidr network(Random random, int length, int bits) throws UnknownHostException {
        byte[] first = new byte[length];
        random.nextBytes(first);
        for (int bit = bits; bit < length * 8; bit++) {
            first[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new Cidr(InetAddress.getByAddress(first), bits);
    }

    private static InetAddress member(Random random, Cidr network) throws UnknownHostException {
        byte[] bytes = network.address().getAddress();
        for (int bit = network.prefixBits(); bit < bytes.length * 8; bit++) {
            if (random.nextBoolean()) {
                bytes[bit / 8] |= (byte) (0x80 >> (bit % 8));
            }
        }
        return InetAddress.getByAddress(bytes);
    }

    /** What is measured is what its name says. */
    private void requireFound(InetAddress[] asked) {
        for (InetAddress address : asked) {
            if (!set.contains(address)) {
                throw new IllegalStateException(address.toString());
            }
        }
    }
}
