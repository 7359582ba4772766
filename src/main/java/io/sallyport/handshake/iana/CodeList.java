package io.sallyport.handshake.iana;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An immutable list of 8 or 16 bit code points in the order of the wire, two bytes an entry. */
public final class CodeList {
    public static final CodeList EMPTY = new CodeList(new char[0]);

    private final char[] codes;

    /** Takes ownership of the array. */
    public CodeList(char[] codes) {
        this.codes = codes;
    }

    /**
     * A list of the given codes.
     *
     * @param codes each 0..65535
     */
    public static CodeList of(int... codes) {
        char[] copy = new char[codes.length];
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] != (char) codes[i]) {
                throw new IllegalArgumentException("codes: " + codes[i] + " (expected: 0..65535)");
            }
            copy[i] = (char) codes[i];
        }
        return new CodeList(copy);
    }

    public int size() {
        return codes.length;
    }

    public boolean isEmpty() {
        return codes.length == 0;
    }

    /**
     * One code.
     *
     * @throws IndexOutOfBoundsException if the index is not 0..size-1
     */
    public int get(int index) {
        return codes[index];
    }

    public boolean contains(int code) {
        for (char each : codes) {
            if (each == code) {
                return true;
            }
        }
        return false;
    }

    public IntStream stream() {
        return IntStream.range(0, codes.length).map(this::get);
    }

    /** The names in order, by {@code CipherSuites::name} or another registry's. */
    public List<String> names(IntFunction<String> registry) {
        return stream().mapToObj(registry).toList();
    }

    public CodeList descending() {
        char[] sorted = codes.clone();
        Arrays.sort(sorted);
        for (int i = 0, j = sorted.length - 1; i < j; i++, j--) {
            char swapped = sorted[i];
            sorted[i] = sorted[j];
            sorted[j] = swapped;
        }
        return new CodeList(sorted);
    }

    public char[] sorted() {
        char[] sorted = codes.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CodeList list && Arrays.equals(codes, list.codes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(codes);
    }

    /** Four hexadecimal digits an entry, such as {@code [1301, c02f]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(2 + 6 * codes.length).append('[');
        for (int i = 0; i < codes.length; i++) {
            Hex.appendShort(i == 0 ? text : text.append(", "), codes[i]);
        }
        return text.append(']').toString();
    }
}
