package io.sallyport.sources;

import java.util.Comparator;
import java.util.List;

/**
 * Prefixes of 128 bits, none of which lies within another: of two prefixes one contains the other, or they have nothing in
 * common. So those that begin at or before a value end with the only one that may contain it, and one binary search decides.
 *
 * <p>Arrays and no objects: 17 bytes for each of what may be a million.
 */
final class PrefixTable {
    private final long[] high;
    private final long[] low;
    private final byte[] bits;

    /**
     * The first bits of a value.
     *
     * @param bits how many of them count, 0 to 128; the others are 0
     */
    record Prefix(long high, long low, int bits) {
        private static final Comparator<Prefix> ORDER = ((Comparator<Prefix>)
                        (one, other) -> compare(one.high, one.low, other.high, other.low))
                .thenComparingInt(Prefix::bits);
    }

    private PrefixTable(int size) {
        high = new long[size];
        low = new long[size];
        bits = new byte[size];
    }

    /** A table of the outermost of {@code prefixes}. */
    static PrefixTable of(List<Prefix> prefixes) {
        List<Prefix> sorted = prefixes.stream().sorted(Prefix.ORDER).toList();
        PrefixTable all = new PrefixTable(sorted.size());
        int kept = 0;
        for (Prefix each : sorted) {
            if (kept == 0 || !all.contains(kept - 1, each.high, each.low)) {
                all.set(kept++, each);
            }
        }
        PrefixTable outermost = new PrefixTable(kept);
        System.arraycopy(all.high, 0, outermost.high, 0, kept);
        System.arraycopy(all.low, 0, outermost.low, 0, kept);
        System.arraycopy(all.bits, 0, outermost.bits, 0, kept);
        return outermost;
    }

    private void set(int at, Prefix prefix) {
        high[at] = prefix.high;
        low[at] = prefix.low;
        bits[at] = (byte) prefix.bits;
    }

    int size() {
        return high.length;
    }

    /** How many bits the prefix has that contains a value; -1: none does. */
    int find(long valueHigh, long valueLow) {
        int first = 0;
        int end = high.length;
        while (first < end) {
            int middle = (first + end) >>> 1;
            if (compare(high[middle], low[middle], valueHigh, valueLow) <= 0) {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        int last = first - 1;
        return last >= 0 && contains(last, valueHigh, valueLow) ? bits[last] & 0xFF : -1;
    }

    private boolean contains(int at, long valueHigh, long valueLow) {
        int prefix = bits[at] & 0xFF;
        return ((valueHigh ^ high[at]) & mask(Math.min(prefix, Long.SIZE))) == 0
                && ((valueLow ^ low[at]) & mask(Math.max(prefix - Long.SIZE, 0))) == 0;
    }

    /** The first {@code count} bits of 64. */
    private static long mask(int count) {
        // Java shifts by 64 as by 0.
        return count == 0 ? 0 : -1L << (Long.SIZE - count);
    }

    private static int compare(long high, long low, long otherHigh, long otherLow) {
        return high == otherHigh ? Long.compareUnsigned(low, otherLow) : Long.compareUnsigned(high, otherHigh);
    }
}
