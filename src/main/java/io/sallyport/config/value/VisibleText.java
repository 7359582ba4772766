package io.sallyport.config.value;

/**
 * Text of which a reader sees every character. A rule that names anything else could not be told from another, and a value of
 * a certificate that has anything else does not count as readable: both sides have to agree, or a rule would never match.
 */
public final class VisibleText {
    private VisibleText() {}

    /** Whether {@code text} is not blank, and has no control, no formatting character, no separator of lines and no half of a pair. */
    public static boolean is(String text) {
        return !text.isBlank() && text.codePoints().allMatch(VisibleText::isVisible);
    }

    private static boolean isVisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
