package io.sallyport.backend.probe;

/**
 * What a check has found.
 *
 * @param words for the log
 */
public record Verdict(boolean isGood, String words) {
    public static Verdict good(String words) {
        return new Verdict(true, words);
    }

    public static Verdict bad(String words) {
        return new Verdict(false, words);
    }
}
