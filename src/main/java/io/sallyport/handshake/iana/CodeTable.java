package io.sallyport.handshake.iana;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of one IANA registry of 8 or 16 bit code points. Immutable; looking up a known code allocates nothing. */
public final class CodeTable {
    /** {@code "0x13,0x01",NAME} or {@code 0x0804,NAME} or {@code 29,NAME}; whatever stands behind a name's first word is a remark. */
    private static final Pattern REGISTERED = Pattern.compile(
            "(?:\"0x(\\p{XDigit}{2}),0x(\\p{XDigit}{2})\"|0x(\\p{XDigit}{4})|(\\d+)),\"?(?!Unassigned|Reserved)(\\w+).*");

    private final int digits;
    private final int[] codes;
    private final String[] names;
    private final Map<String, Integer> codeByName;

    private CodeTable(int digits, SortedMap<Integer, String> nameByCode, Map<String, Integer> codeByName) {
        this.digits = digits;
        this.codes = nameByCode.keySet().stream().mapToInt(Integer::intValue).toArray();
        this.names = nameByCode.values().toArray(String[]::new);
        this.codeByName = codeByName;
    }

    /**
     * A registry as IANA publishes it: a CSV file whose first two columns are value and name. Rows that name no single
     * code point, and those that are unassigned or reserved, are passed over.
     *
     * @param file beside this class
     * @param digits hexadecimal digits of a code: 2 or 4
     */
    static CodeTable ofRegistry(String file, int digits) {
        SortedMap<Integer, String> nameByCode = new TreeMap<>();
        Map<String, Integer> codeByName = new HashMap<>();
        text(file).lines().map(REGISTERED::matcher).filter(Matcher::matches).forEach(row -> {
            int code = code(row);
            nameByCode.put(code, row.group(5));
            codeByName.put(row.group(5).toLowerCase(Locale.ROOT), code);
        });
        return new CodeTable(digits, nameByCode, codeByName);
    }

    /** A table of rows of {@code HEX NAME [ALIAS...]}. */
    public static CodeTable of(int digits, String rows) {
        return new CodeTable(digits, new TreeMap<>(), Map.of()).with(rows);
    }

    /** This table and rows of {@code HEX NAME [ALIAS...]}; for a code that it has already, every word is an alias. */
    public CodeTable with(String rows) {
        SortedMap<Integer, String> nameByCode = new TreeMap<>();
        for (int i = 0; i < codes.length; i++) {
            nameByCode.put(codes[i], names[i]);
        }
        Map<String, Integer> all = new HashMap<>(codeByName);
        rows.lines().map(row -> row.split(" ", -1)).forEach(words -> {
            int code = Integer.parseInt(words[0], 16);
            nameByCode.putIfAbsent(code, words[1]);
            for (int w = 1; w < words.length; w++) {
                all.put(words[w].toLowerCase(Locale.ROOT), code);
            }
        });
        return new CodeTable(digits, nameByCode, all);
    }

    /** The registered name, else the code in hexadecimal such as {@code 0x1234}. */
    public String name(int code) {
        int index = Arrays.binarySearch(codes, code);
        return index >= 0 ? names[index] : String.format(Locale.ROOT, "0x%0" + digits + "x", code);
    }

    /** Every code, in ascending order. */
    public CodeList codes() {
        return CodeList.of(codes);
    }

    /** The code of a name or alias in any case, or -1. */
    public int code(String name) {
        return codeByName.getOrDefault(name.toLowerCase(Locale.ROOT), -1);
    }

    private static int code(Matcher row) {
        if (row.group(4) != null) {
            return Integer.parseInt(row.group(4));
        }
        return Integer.parseInt(row.group(3) != null ? row.group(3) : row.group(1) + row.group(2), 16);
    }

    private static String text(String file) {
        try (InputStream in = CodeTable.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
