package io.sallyport.diagnosis;

import io.sallyport.handshake.iana.CodeList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Lists in words, of bounded length: a hostile offer has thousands of entries. */
final class Lists {
    private static final int MOST = 6;

    private Lists() {}

    static String names(CodeList codes, IntFunction<String> registry) {
        return codes.isEmpty() ? "none" : listed(codes.names(registry));
    }

    static String listed(List<String> names) {
        String first = names.stream().limit(MOST).collect(Collectors.joining(", "));
        return names.size() <= MOST ? first : first + " and " + (names.size() - MOST) + " more";
    }

    static String either(List<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        if (names.size() > MOST) {
            return listed(names);
        }
        String last = names.get(names.size() - 1);
        return names.size() == 1 ? last : String.join(", ", names.subList(0, names.size() - 1)) + " or " + last;
    }
}
