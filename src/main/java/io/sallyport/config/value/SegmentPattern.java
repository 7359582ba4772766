package io.sallyport.config.value;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A DNS name or URI in which {@code *} stands for one whole segment and {@code **}, only as the last, for one or more.
 *
 * <p>A segment is a label of a DNS name, or what lies between two slashes of a URI. A wildcard never stands for an empty
 * segment, nor, in a URI, for {@code .}, {@code ..} or one with {@code ?}, {@code #}, {@code %} or a backslash in it: they mean another
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

        /**
         * What a name of a certificate may mean to others, each as segments.
         *
         * @return empty when it cannot be read at all
         */
        public Set<List<String>> readings(String text) {
            if (this == URI) {
                return UriReadings.of(text);
            }
            if (!HOST_NAME.matcher(text).matches()) {
                return Set.of();
            }
            List<String> labels = segments(text);
            List<String> filled =
                    labels.stream().filter(label -> !label.isEmpty()).toList();
            return filled.equals(labels) ? Set.of(labels) : Set.of(labels, filled);
        }

        private static String normalName(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        }
    }

    /** What can be in a DNS name, well formed or not; an underscore is in many. */
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_.*-]+");

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
        // Certificates hold visible ASCII alone (A-labels, percent-encoding): another pattern would never match.
        if (text.isEmpty()
                || !text.chars().allMatch(character -> character > ' ' && character <= '~')
                || (kind == Kind.DNS && segments.contains(""))) {
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

    /**
     * Whether one of {@code readings}, of a name of this kind, may be one that is meant: wildcards stand for any segment, and
     * a wildcard of the name for any label.
     */
    public boolean mayMatch(Set<List<String>> readings) {
        Set<List<String>> forms = kind == Kind.DNS ? Set.of(segments) : UriReadings.ofPattern(segments);
        return forms.stream().anyMatch(form -> readings.stream().anyMatch(reading -> mayMatch(form, reading)));
    }

    private boolean mayMatch(List<String> form, List<String> reading) {
        if (openEnded ? reading.size() <= form.size() : reading.size() != form.size()) {
            return false;
        }
        for (int i = 0; i < form.size(); i++) {
            String wanted = form.get(i);
            boolean any =
                    wanted.equals(ONE) || (kind == Kind.DNS && reading.get(i).contains(ONE));
            if (!any && !wanted.equals(reading.get(i))) {
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
                || segment.chars().anyMatch(character -> "?#%\\".indexOf(character) >= 0);
    }
}
