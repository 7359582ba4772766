package io.sallyport.text;

/**
 * The one place that decides which characters are shown. All others are written as {@code \x9b}, {@code \u202e} or
 * {@code \U000e0041}: controls (C0, C1), line and paragraph separators, bidirectional overrides and other format characters,
 * halves of a surrogate pair, spaces that are none, and what cannot be seen or has no meaning agreed upon.
 */
public final class SafeText {
    /** Characters that a field of a log line or of an answer has at most. */
    public static final int LONGEST_FIELD = 2048;

    /** Characters that a name from a certificate has at most where it is shown. */
    public static final int LONGEST_NAME = 256;

    private static final String ELLIPSIS = "...";

    private SafeText() {}

    /** On one line, whatever the length. */
    public static String line(String text) {
        int first = firstHidden(text);
        return first < 0 ? text : escaped(text, first, false);
    }

    /** The same, with line feeds and tabs as they are: for a stack trace, or a report of several lines. */
    public static String lines(String text) {
        int first = firstHidden(text);
        return first < 0 ? text : escaped(text, first, true);
    }

    /** On one line of at most {@code longest} characters, and an ellipsis where it was longer. */
    public static String line(String text, int longest) {
        // An escape only makes text longer: what is cut off here would not have been shown.
        return shortened(line(shortened(text, longest)), longest);
    }

    /** At most {@code longest} characters, and an ellipsis where it was longer; no surrogate pair is cut in two. */
    public static String shortened(String text, int longest) {
        if (text.length() <= longest || (text.length() <= longest + ELLIPSIS.length() && text.endsWith(ELLIPSIS))) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end) + ELLIPSIS;
    }

    private static int firstHidden(String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character < ' ' || (character > '~' && isHidden(text.codePointAt(i)))) {
                return i;
            }
            if (Character.isHighSurrogate(character)) {
                i++; // the other half belongs to a pair that is shown
            }
        }
        return -1;
    }

    private static String escaped(String text, int first, boolean keepsLines) {
        StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            if (!isHidden(codePoint) || (keepsLines && (codePoint == '\n' || codePoint == '\t'))) {
                shown.appendCodePoint(codePoint);
            } else if (codePoint <= 0xFF) {
                shown.append(String.format("\\x%02x", codePoint));
            } else {
                shown.append(codePoint <= 0xFFFF ? "\\u" : "\\U")
                        .append(String.format(codePoint <= 0xFFFF ? "%04x" : "%08x", codePoint));
            }
            i += Character.charCount(codePoint);
        }
        return shown.toString();
    }

    private static boolean isHidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> codePoint != ' ';
            default -> isInvisible(codePoint);
        };
    }

    /** Letters and marks that show nothing by themselves: Unicode's Default_Ignorable_Code_Point, and the blank Braille cell. */
    private static boolean isInvisible(int codePoint) {
        return codePoint == 0x034F
                || (codePoint >= 0x115F && codePoint <= 0x1160)
                || (codePoint >= 0x17B4 && codePoint <= 0x17B5)
                || (codePoint >= 0x180B && codePoint <= 0x180F)
                || codePoint == 0x2800
                || codePoint == 0x3164
                || (codePoint >= 0xFE00 && codePoint <= 0xFE0F)
                || codePoint == 0xFFA0
                || (codePoint >= 0xE0000 && codePoint <= 0xE0FFF);
    }
}
