package io.sallyport.handshake;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The names of one IANA registry of 8 or 16 bit code points. Immutable; looking up a known code allocates nothing. */
final class CodeTable {
    private final String unknownFormat;
    private final int[] codes;
    private final String[] names;
    private final Map<String, Integer> codeByName = new HashMap<>();

    private CodeTable(String unknownFormat, List<String> rows) {
        this.unknownFormat = unknownFormat;
        this.codes = new int[rows.size()];
        this.names = new String[rows.size()];
        for (int i = 0; i < codes.length; i++) {
            String[] words = rows.get(i).split(" ", -1);
            codes[i] = Integer.parseInt(words[0], 16);
            names[i] = words[1];
            if (i > 0 && codes[i - 1] >= codes[i]) {
                throw new IllegalArgumentException("rows: " + rows.get(i) + " (expected: in ascending order)");
            }
            for (int w = 1; w < words.length; w++) {
                codeByName.put(words[w].toLowerCase(Locale.ROOT), codes[i]);
            }
        }
    }

    /** A registry of 8 bit codes from rows of {@code HEX NAME [ALIAS...]} in ascending order. */
    static CodeTable ofBytes(String rows) {
        return new CodeTable("0x%02x", rows.lines().toList());
    }

    /** A registry of 16 bit codes from rows of {@code HEX NAME [ALIAS...]} in ascending order. */
    static CodeTable ofShorts(String rows) {
        return new CodeTable("0x%04x", rows.lines().toList());
    }

    /** The registered name, else the code in hexadecimal such as {@code 0x1234}. */
    String name(int code) {
        int index = Arrays.binarySearch(codes, code);
        return index >= 0 ? names[index] : String.format(Locale.ROOT, unknownFormat, code);
    }

    /** Every code, in ascending order. */
    CodeList codes() {
        return CodeList.of(codes);
    }

    /** The code of a name or alias in any case, or -1. */
    int code(String name) {
        return codeByName.getOrDefault(name.toLowerCase(Locale.ROOT), -1);
    }
}
