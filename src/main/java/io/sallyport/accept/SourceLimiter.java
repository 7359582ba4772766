package io.sallyport.accept;

import io.sallyport.config.value.IpAddress;
import java.net.InetAddress;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Connections at once and connections a second of each source: of each IPv4 address, and of each IPv6 network of 64 bits,
 * which is what one customer gets.
 *
 * <p>The rate is a token bucket that holds one second's worth, kept as the time at which it will be full again (the generic
 * cell rate algorithm): one number for each source.
 *
 * <p>The table is of one size. Sources hash, under a random seed, to a set of {@link #WAYS} slots; a new one takes the slot
 * that has been quiet for longest. Where all of them have connections open it is let in uncounted: an attacker with half a
 * million sources is stopped by the limits on all connections.
 *
 * <p>Exact over all threads.
 */
public final class SourceLimiter {
    /** Sources that the table holds. */
    public static final int SOURCES = 1 << 16;

    private static final int WAYS = 8;
    private static final int SETS = SOURCES / WAYS;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier clock;
    private final long origin;
    private final long seed = new SplittableRandom().nextLong();
    private volatile int connections;
    private volatile int rate;
    private long[] keys = {};
    private int[] open = {};
    private long[] full = {};

    /** What becomes of a connection. */
    public sealed interface Verdict {}

    /**
     * Let in; for {@link #leave}.
     *
     * @param slot of its source; -1 where it is not counted
     */
    public record Admitted(int slot) implements Verdict {
        /** Let in without being counted. */
        public static final Admitted UNCOUNTED = new Admitted(-1);
    }

    /** Why a connection is not let in. */
    public enum Refused implements Verdict {
        CONNECTIONS,
        RATE
    }

    /** A limiter for connections at once and connections a second; 0 means no limit. */
    public SourceLimiter(int connections, int rate) {
        this(connections, rate, System::nanoTime);
    }

    SourceLimiter(int connections, int rate, LongSupplier clock) {
        this.clock = clock;
        this.origin = clock.getAsLong();
        limit(connections, rate);
    }

    /** Changes the limits. Connections that were let in uncounted stay so. */
    public void limit(int mostConnections, int mostRate) {
        connections = mostConnections;
        rate = mostRate;
    }

    /** Asks for one connection more. */
    public Verdict enter(InetAddress address) {
        return connections == 0 && rate == 0 ? Admitted.UNCOUNTED : enter(key(address));
    }

    /** The connection is over. Once for each that was let in. */
    public void leave(Admitted admitted) {
        if (admitted.slot >= 0) {
            synchronized (this) {
                open[admitted.slot]--;
            }
        }
    }

    private synchronized Verdict enter(long key) {
        if (keys.length == 0) {
            keys = new long[SOURCES];
            open = new int[SOURCES];
            full = new long[SOURCES];
        }
        long now = clock.getAsLong() - origin;
        int slot = slot(key, now);
        if (slot < 0) {
            return Admitted.UNCOUNTED;
        }
        if (keys[slot] != key) {
            keys[slot] = key;
            full[slot] = now;
        }
        if (connections > 0 && open[slot] >= connections) {
            return Refused.CONNECTIONS;
        }
        if (rate > 0) {
            long interval = SECOND / rate;
            long since = Math.max(full[slot], now);
            if (since - now > SECOND - interval) {
                return Refused.RATE;
            }
            full[slot] = since + interval;
        }
        open[slot]++;
        return new Admitted(slot);
    }

    /** The slot of this source, or the one that has been quiet for longest; -1 where all have connections open. */
    private int slot(long key, long now) {
        int first = Math.floorMod(mix(key ^ seed), SETS) * WAYS;
        int quietest = -1;
        for (int i = first; i < first + WAYS; i++) {
            boolean known = open[i] > 0 || full[i] > now;
            if (known && keys[i] == key) {
                return i;
            }
            if (open[i] == 0 && (quietest < 0 || full[i] < full[quietest])) {
                quietest = i;
            }
        }
        return quietest;
    }

    /** IPv6 sources never are multicast, so that the two kinds do not meet. */
    private static long key(InetAddress address) {
        byte[] source = IpAddress.source(address);
        return source.length == 4 ? 0xFF00L << 48 | number(source) : number(source);
    }

    private static long number(byte[] bytes) {
        long result = 0;
        for (byte each : bytes) {
            result = result << 8 | (each & 0xFF);
        }
        return result;
    }

    /** MurmurHash3's last step: every bit of the key counts. */
    private static long mix(long key) {
        long mixed = (key ^ key >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }
}
