package io.sallyport.config.hocon;

/**
 * Where something stands in a file, for messages. Any two are equal, so that records which have one compare by what they say:
 * a line more at the top of a file changes nothing.
 *
 * @param text {@code file:line}, or empty
 */
public record Place(String text) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Place;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
