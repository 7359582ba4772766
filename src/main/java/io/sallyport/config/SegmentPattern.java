package io.sallyport.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A DNS name or URI in which {@code *} stands for one whole segment and {@code **}, only as the last, for one or more.
 *
 * <p>A segment is a label of a DNS name, or what lies between two slashes of a URI. A wildcard never stands for an empty
 * segment, nor, in a URI, for {@code .}, {@code ..} or one with {@code ?}, {@code #} or {@code %} in it: they mean another
 * path to whoever normalises them.
 *
 * @param kind what it is matched against
 * @param segments in written order; without the last when that is {@code **}
 * @param openEnded whether the last is {@code **}
 */
public record SegmentPattern(Kind kind, List<String> segments, boolean openEnded) {

    /** How text is cut into segments and compared. */
    public enum Kind {
        /** Cut at dots, compared without case (RFC 4343). */
        DNS("\\."),
        /** Cut at slashes, compared exactly. */
        URI("/");

        private final Pattern separator;

        Kind(String separator) {
            this.separator = Pattern.compile(separator);
        }

        /** Cuts a name of a certificate into what {@link SegmentPattern#matches} takes. */
        public List<String> segments(String text) {
            return List.of(separator.split(this == DNS ? normalName(text) : text, -1));
        }

        private static String normalName(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        }
    }

    private static final String ONE = "*";
    private static final String REST = "**";

    public SegmentPattern {
        segments = List.copyOf(segments);
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException when it is empty, has an empty label, a wildcard that is not a whole segment, or
     *     {@code **} before the end
     */
    public static SegmentPattern parse(Kind kind, String text) {
        List<String> segments = kind.segments(text);
        if (text.isEmpty() || (kind == Kind.DNS && segments.contains(""))) {
            throw new IllegalArgumentException(text);
        }
        boolean openEnded = segments.get(segments.size() - 1).equals(REST);
        List<String> fixed = openEnded ? segments.subList(0, segments.size() - 1) : segments;
        for (String segment : fixed) {
            if (segment.contains(ONE) && !segment.equals(ONE)) {
                throw new IllegalArgumentException(text);
            }
        }
        return new SegmentPattern(kind, fixed, openEnded);
    }

    /** Whether {@code candidate}, the segments of a name of this kind, is one that is meant. */
    public boolean matches(List<String> candidate) {
        if (openEnded ? candidate.size() <= segments.size() : candidate.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < candidate.size(); i++) {
            boolean wild = i >= segments.size() || segments.get(i).equals(ONE);
            if (wild ? !isPlain(candidate.get(i)) : !segments.get(i).equals(candidate.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        String text = String.join(kind == Kind.DNS ? "." : "/", segments);
        return openEnded ? text + (kind == Kind.DNS ? "." : "/") + REST : text;
    }

    private boolean isPlain(String segment) {
        return kind == Kind.DNS ? !segment.isEmpty() : !isAmbiguous(segment);
    }

    /** What another reader of the URI may take for no segment, for a parent, or for the end of the path. */
    private static boolean isAmbiguous(String segment) {
        return segment.isEmpty()
                || segment.equals(".")
                || segment.equals("..")
                || segment.chars().anyMatch(character -> character == '?' || character == '#' || character == '%');
    }
}
