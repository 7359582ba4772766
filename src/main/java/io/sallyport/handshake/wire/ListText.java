package io.sallyport.handshake.wire;

import io.sallyport.handshake.iana.CodeList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Lists and counts in plain English, of bounded length: a hostile message can hold thousands of entries. */
final class ListText {
    private static final int MAX_ENTRIES = 16;
    private static final int MAX_CHARACTERS = 64;

    private ListText() {}

    /** {@code 1 name}, {@code 2 names}. */
    static String count(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    static <T> String join(List<T> values, Function<T, String> text) {
        StringJoiner joined = new StringJoiner(", ");
        values.stream().limit(MAX_ENTRIES).map(text).map(ListText::shorten).forEach(joined::add);
        return joined + more(values.size());
    }

    static String join(CodeList codes, IntFunction<String> registry) {
        StringJoiner joined = new StringJoiner(", ");
        codes.stream().limit(MAX_ENTRIES).mapToObj(registry).forEach(joined::add);
        return joined + more(codes.size());
    }

    private static String shorten(String text) {
        return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "...";
    }

    private static String more(int size) {
        return size <= MAX_ENTRIES ? "" : " and " + (size - MAX_ENTRIES) + " more";
    }
}
