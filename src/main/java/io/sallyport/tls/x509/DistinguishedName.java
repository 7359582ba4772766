package io.sallyport.tls.x509;

import io.sallyport.config.value.VisibleText;
import io.sallyport.text.SafeText;
import io.sallyport.tls.x509.DerReader.Element;
import java.security.cert.CertificateParsingException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * An X.500 name, read from its DER.
 *
 * @param parts relative distinguished names, most specific first; each has one attribute, or several
 */
public record DistinguishedName(List<List<Attribute>> parts) {
    /** RFC 4514 section 3; the types by the content of their object identifier. */
    private static final Map<String, String> KEYWORDS = Map.of(
            "550403", "CN",
            "550407", "L",
            "550408", "ST",
            "55040a", "O",
            "55040b", "OU",
            "550406", "C",
            "550409", "STREET",
            "0992268993f22c640119", "DC",
            "0992268993f22c640101", "UID");

    private static final String EMAIL_ADDRESS = "2a864886f70d010901";

    /** What RFC 4514 section 2.4 has escaped, and the two more that the JDK escapes. */
    private static final String ESCAPED = ",=+<>#;\"\\";

    public DistinguishedName {
        parts = parts.stream().map(List::copyOf).toList();
    }

    /**
     * One attribute.
     *
     * @param type hexadecimal content of the object identifier
     * @param text the value; null when it is no text of the type that it says it is
     * @param der hexadecimal encoding of the value
     */
    public record Attribute(String type, @Nullable String text, String der) {
        public boolean isReadable() {
            return text != null && VisibleText.is(text);
        }
    }

    /**
     * The values of one attribute type.
     *
     * @param readable most specific first
     * @param hasOthers whether there are more, that cannot be read or not be seen whole
     */
    public record Values(List<String> readable, boolean hasOthers) {
        public Values {
            readable = List.copyOf(readable);
        }
    }

    /** Reads a name that was parsed already; one that cannot be read back has no part that a rule may rely on. */
    public static DistinguishedName of(X500Principal name) {
        List<List<Attribute>> parts = new ArrayList<>();
        try {
            DerReader sets =
                    new DerReader(name.getEncoded()).next(DerReader.SEQUENCE).inside();
            while (!sets.isAtEnd()) {
                parts.add(part(sets.next(DerReader.SET).inside()));
            }
        } catch (CertificateParsingException e) {
            return new DistinguishedName(List.of(List.of(new Attribute("", null, ""))));
        }
        Collections.reverse(parts);
        return new DistinguishedName(parts);
    }

    private static List<Attribute> part(DerReader attributes) throws CertificateParsingException {
        List<Attribute> part = new ArrayList<>();
        while (!attributes.isAtEnd()) {
            DerReader pair = attributes.next(DerReader.SEQUENCE).inside();
            String type = hex(pair.next(DerReader.OBJECT_IDENTIFIER).content());
            Element value = pair.next();
            part.add(new Attribute(type, DirectoryText.decode(value.tag(), value.content()), hex(value.encoded())));
        }
        return part;
    }

    public Values commonNames() {
        return values("550403");
    }

    public Values organizationalUnits() {
        return values("55040b");
    }

    public Values organizations() {
        return values("55040a");
    }

    /** The attribute emailAddress of PKCS #9, which is for old software alone (RFC 5280 section 4.1.2.6). */
    public Values emails() {
        return values(EMAIL_ADDRESS);
    }

    /** The most specific common name; null where there is none, or it cannot be read. */
    @Nullable
    public String commonName() {
        return parts.stream()
                .flatMap(List::stream)
                .filter(attribute -> attribute.type().equals("550403"))
                .findFirst()
                .filter(Attribute::isReadable)
                .map(Attribute::text)
                .orElse(null);
    }

    /** Whether every attribute can be read. */
    public boolean isReadable() {
        return parts.stream().flatMap(List::stream).allMatch(Attribute::isReadable);
    }

    /**
     * What two names have in common that are the same by RFC 5280 section 7.1, in whatever ASN.1 type they are written:
     * text without regard to case, to forms of one character and to the number of spaces.
     */
    public List<Set<String>> canonical() {
        List<Set<String>> result = new ArrayList<>();
        for (List<Attribute> part : parts) {
            Set<String> attributes = new HashSet<>();
            for (Attribute attribute : part) {
                String text = attribute.text();
                attributes.add(attribute.type() + (text == null ? "#" + attribute.der() : "=" + folded(text)));
            }
            result.add(attributes);
        }
        return result;
    }

    private static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .strip();
    }

    private Values values(String type) {
        List<String> readable = new ArrayList<>();
        boolean others = false;
        for (List<Attribute> part : parts) {
            for (Attribute attribute : part) {
                if (attribute.type().isEmpty() || (attribute.type().equals(type) && !attribute.isReadable())) {
                    others = true;
                } else if (attribute.type().equals(type) && attribute.text() != null) {
                    readable.add(attribute.text());
                }
            }
        }
        return new Values(readable, others);
    }

    /** The name as messages show it: RFC 4514, nothing that cannot be seen, not longer than 256. */
    public static String display(X500Principal name) {
        StringBuilder text = new StringBuilder();
        for (List<Attribute> part : of(name).parts()) {
            text.append(text.isEmpty() ? "" : ",")
                    .append(part.stream().map(DistinguishedName::display).collect(Collectors.joining("+")));
            if (text.length() > SafeText.LONGEST_NAME) {
                break;
            }
        }
        return text.isEmpty() ? "(empty name)" : shortened(text.toString());
    }

    private static String display(Attribute attribute) {
        String keyword = KEYWORDS.get(attribute.type());
        if (keyword == null) {
            return dotted(attribute.type()) + "=#" + attribute.der();
        }
        String text = attribute.text();
        return keyword + "=" + (text == null ? "#" + attribute.der() : escaped(text));
    }

    private static String escaped(String text) {
        StringBuilder result = new StringBuilder();
        int from = 0;
        int end = text.length();
        while (from < end && text.charAt(from) == ' ') {
            from++;
        }
        while (end > from && text.charAt(end - 1) == ' ') {
            end--;
        }
        result.append("\\ ".repeat(from));
        for (int i = from; i < end; i++) {
            char character = text.charAt(i);
            result.append(ESCAPED.indexOf(character) < 0 ? "" : "\\").append(character);
        }
        return result.append("\\ ".repeat(text.length() - end)).toString();
    }

    /** As {@code 2.5.4.5}; an identifier with numbers beyond any registry as {@code #} and hexadecimal. */
    private static String dotted(String type) {
        StringBuilder result = new StringBuilder();
        long number = 0;
        byte[] bytes = HexFormat.of().parseHex(type);
        for (byte each : bytes) {
            if (number > Long.MAX_VALUE >> 7) {
                return "#" + type;
            }
            number = (number << 7) | (each & 0x7f);
            if (each >= 0) {
                long first = Math.min(number / 40, 2);
                result.append(result.isEmpty() ? first + "." + (number - 40 * first) : "." + number);
                number = 0;
            }
        }
        return result.toString();
    }

    /** Nothing that cannot be seen, not longer than 256. */
    public static String shortened(String text) {
        return SafeText.line(text, SafeText.LONGEST_NAME);
    }

    public static String printable(String text) {
        return SafeText.line(text);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
