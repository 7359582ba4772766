package io.sallyport.config.value;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a URI may mean to others, who decode percent signs, drop empty segments, a query or a user, resolve dots, and take a
 * scheme and a host in any case (RFC 3986 section 6). A rule that refuses looks at all of it.
 */
final class UriReadings {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
    private static final Pattern ENCODED = Pattern.compile("%[0-9A-Fa-f]{2}");
    private static final Pattern USER = Pattern.compile("^.*@");
    private static final Pattern PORT_OR_DOT = Pattern.compile("\\.?(:\\d*)?$");

    /** Who encodes more often than that does not want to be understood. */
    private static final int MOST_DECODINGS = 4;

    private UriReadings() {}

    /** Each as segments, all of them; none: there is no reading. */
    static Set<List<String>> of(String uri) {
        String decoded = decoded(uri);
        Set<List<String>> readings = new LinkedHashSet<>();
        if (!SCHEME.matcher(uri).matches() || uri.indexOf(' ') >= 0 || !isText(decoded) || decoded.indexOf('%') >= 0) {
            return readings;
        }
        for (String text : List.of(decoded, cut(decoded), decoded(cut(uri)))) {
            List<String> segments = normalAuthority(segments(text));
            readings.add(segments);
            readings.add(reduced(segments));
        }
        return readings;
    }

    /** The literal segments of a pattern in the same forms. */
    static Set<List<String>> ofPattern(List<String> segments) {
        List<String> normal = normalAuthority(segments(decoded(String.join("/", segments))));
        return new LinkedHashSet<>(List.of(normal, reduced(normal)));
    }

    private static List<String> segments(String text) {
        return new ArrayList<>(Arrays.asList(text.replace('\\', '/').split("/", -1)));
    }

    private static String decoded(String text) {
        String result = text;
        for (int i = 0; i < MOST_DECODINGS && ENCODED.matcher(result).find(); i++) {
            result = ENCODED.matcher(result)
                    .replaceAll(match ->
                            Matcher.quoteReplacement(URLDecoder.decode(match.group(), StandardCharsets.ISO_8859_1)));
        }
        return result;
    }

    private static String cut(String text) {
        int end = text.length();
        for (char delimiter : new char[] {'?', '#'}) {
            int at = text.indexOf(delimiter);
            end = at < 0 ? end : Math.min(end, at);
        }
        return text.substring(0, end);
    }

    private static boolean isText(String text) {
        return text.chars().allMatch(character -> character >= ' ' && character != 0x7f);
    }

    /** Segments are the scheme, nothing, the authority and the path. */
    private static List<String> normalAuthority(List<String> segments) {
        segments.set(0, segments.get(0).toLowerCase(Locale.ROOT));
        for (int i = 1; i < segments.size(); i++) {
            if (!segments.get(i).isEmpty()) {
                String host = USER.matcher(segments.get(i)).replaceFirst("").toLowerCase(Locale.ROOT);
                segments.set(i, PORT_OR_DOT.matcher(host).replaceFirst(""));
                break;
            }
        }
        return List.copyOf(segments);
    }

    /** Without empty segments, {@code .} and {@code ..}; those of the scheme and the authority stay. */
    private static List<String> reduced(List<String> segments) {
        List<String> result = new ArrayList<>();
        for (String segment : segments) {
            if (segment.equals("..") && result.size() > 2) {
                result.remove(result.size() - 1);
            } else if (!segment.isEmpty() && !segment.equals(".") && !segment.equals("..")) {
                result.add(segment);
            }
        }
        return result;
    }
}
