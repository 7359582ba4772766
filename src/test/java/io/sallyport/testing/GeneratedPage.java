package io.sallyport.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pages of the manual that are made of the program itself. They are checked in, so that they can be read without a build. */
public final class GeneratedPage {
    /** Set to 1 in the environment, the pages are written. */
    private static final String VARIABLE = "WRITE_MANUAL";

    /** What Markdown reads as more than a character, unless it is in code. */
    private static final Pattern SPECIAL = Pattern.compile("(`[^`]*`)|[\\\\*_<>\\[\\]|]");

    private GeneratedPage() {}

    /** Fails unless the page in the manual is {@code text}. */
    public static void assertIs(String name, String text) throws IOException {
        Path page = Documents.MANUAL.resolve(name);
        if ("1".equals(System.getenv(VARIABLE))) {
            Files.writeString(page, text);
        }
        assertThat(Documents.read(page))
                .as("%s, which %s=1 in the environment of this test writes anew", page, VARIABLE)
                .isEqualTo(text);
    }

    /** Plain words as Markdown; what stands between backquotes stays as it is. */
    public static String markdown(String words) {
        return SPECIAL.matcher(words)
                .replaceAll(found ->
                        Matcher.quoteReplacement(found.group(1) == null ? "\\" + found.group() : found.group()));
    }
}
