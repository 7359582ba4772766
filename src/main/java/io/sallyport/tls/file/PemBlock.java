package io.sallyport.tls.file;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One {@code -----BEGIN label-----} to {@code -----END label-----} (RFC 7468, and the headers of RFC 1421 that OpenSSL
 * writes for encrypted keys).
 *
 * <p>Text between blocks is comment: OpenSSL's bag attributes, the names of authorities in a bundle, whatever.
 *
 * @param line of BEGIN, from 1
 * @param lines between BEGIN and END, without surrounding white space
 */
public record PemBlock(String label, int line, List<String> lines) {
    private static final String DASHES = "-----";
    private static final Pattern BOUNDARY = Pattern.compile("-----(BEGIN|END) ([^-]*)-----");
    private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s");

    public PemBlock {
        lines = List.copyOf(lines);
    }

    /**
     * Finds every block of a file.
     *
     * @throws MaterialException when a block is cut off
     */
    public static List<PemBlock> split(byte[] file) throws MaterialException {
        String[] text = LINE_END.split(text(file), -1);
        List<PemBlock> blocks = new ArrayList<>();
        for (int i = 0; i < text.length; i++) {
            Optional<String> label = begun(text[i]);
            if (label.isPresent()) {
                PemBlock block = block(text, i, label.get());
                blocks.add(block);
                i += block.lines.size() + 1;
            }
        }
        return blocks;
    }

    /** The labels of all blocks, cut off or not. */
    public static Set<String> labels(byte[] file) {
        return text(file).lines().flatMap(line -> begun(line).stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** The label of the block that begins in this line. */
    private static Optional<String> begun(String line) {
        return boundary(line.trim())
                .filter(matcher -> matcher.group(1).equals("BEGIN"))
                .map(matcher -> matcher.group(2));
    }

    /** The whole line, as for OpenSSL: a boundary that is commented out or quoted is comment. */
    private static Optional<Matcher> boundary(String line) {
        // Most lines of a file are none.
        return line.startsWith(DASHES)
                ? Optional.of(BOUNDARY.matcher(line)).filter(Matcher::matches)
                : Optional.empty();
    }

    /** The labels of {@code blocks} for a message: {@code found: PRIVATE KEY}. */
    public static String found(byte[] file, List<PemBlock> blocks) {
        if (!blocks.isEmpty()) {
            return "found: " + blocks.stream().map(PemBlock::label).distinct().collect(Collectors.joining(", "));
        }
        // 0x30 is an ASN.1 SEQUENCE: what a DER file starts with.
        return file.length > 1 && file[0] == 0x30 && (file[1] < 0 || file[1] > 0x20)
                ? "looks like DER"
                : "no PEM block";
    }

    boolean isCertificate() {
        return isCertificate(label);
    }

    public boolean isPrivateKey() {
        return isPrivateKey(label);
    }

    public static boolean isCertificate(String label) {
        return label.equals("CERTIFICATE") || label.equals("X509 CERTIFICATE") || label.equals("TRUSTED CERTIFICATE");
    }

    public static boolean isPrivateKey(String label) {
        return label.endsWith("PRIVATE KEY");
    }

    /** Whether it has the {@code Proc-Type: 4,ENCRYPTED} header of OpenSSL's traditional key format. */
    public boolean isLegacyEncrypted() {
        return lines.stream().anyMatch(line -> line.startsWith("Proc-Type:") && line.endsWith("ENCRYPTED"));
    }

    /** The bytes of a block without headers. */
    public byte[] der() throws MaterialException {
        try {
            return Base64.getDecoder()
                    .decode(WHITE_SPACE.matcher(String.join("", lines)).replaceAll(""));
        } catch (IllegalArgumentException e) {
            throw new MaterialException(line, label + " is not Base64 (expected: an undamaged PEM block)");
        }
    }

    /** The block as a file of its own. */
    public String text() {
        return "-----BEGIN " + label + "-----\n" + String.join("\n", lines) + "\n-----END " + label + "-----\n";
    }

    /** ISO 8859-1 takes any byte: the text around the blocks may be in whatever encoding. Editors mark UTF-8 and UTF-16. */
    private static String text(byte[] file) {
        String mark = HexFormat.of().formatHex(file, 0, Math.min(3, file.length));
        if (mark.equals("efbbbf")) {
            return new String(file, 3, file.length - 3, StandardCharsets.ISO_8859_1);
        }
        boolean wide = mark.startsWith("feff") || mark.startsWith("fffe");
        return new String(file, wide ? StandardCharsets.UTF_16 : StandardCharsets.ISO_8859_1);
    }

    private static PemBlock block(String[] text, int begin, String label) throws MaterialException {
        List<String> lines = new ArrayList<>();
        for (int i = begin + 1; i < text.length; i++) {
            String line = text[i].trim();
            if (line.equals("-----END " + label + "-----")) {
                return new PemBlock(label, begin + 1, lines);
            }
            if (boundary(line).isPresent()) {
                throw cutOff(begin + 1, label, line + " in line " + (i + 1));
            }
            lines.add(line);
        }
        throw cutOff(begin + 1, label, "the end of the file");
    }

    private static MaterialException cutOff(int line, String label, String instead) {
        return new MaterialException(
                line, "BEGIN " + label + " is followed by " + instead + " (expected: -----END " + label + "-----)");
    }
}
