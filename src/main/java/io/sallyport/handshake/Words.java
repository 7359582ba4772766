package io.sallyport.handshake;

import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Lists and counts in plain English. */
final class Words {
    private Words() {}

    /** {@code 1 name}, {@code 2 names}. */
    static String count(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    static <T> String join(List<T> values, Function<T, String> text) {
        StringJoiner joined = new StringJoiner(", ");
        values.forEach(value -> joined.add(text.apply(value)));
        return joined.toString();
    }

    static String join(CodeList codes, IntFunction<String> registry) {
        return String.join(", ", codes.names(registry));
    }
}
