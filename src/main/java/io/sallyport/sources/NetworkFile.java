package io.sallyport.sources;

import io.sallyport.config.value.Cidr;
import io.sallyport.text.SafeText;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.MaterialFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A file with an address or a network on each line. Empty lines count for nothing, and neither does what stands behind
 * {@code #} or {@code ;}, as published lists have it.
 */
final class NetworkFile {
    /** More than a million networks. */
    private static final int LARGEST = 16 * 1024 * 1024;

    /** A file of another kind has something to say about on every line. */
    private static final int TOLD = 10;

    private static final int SHOWN = 60;
    private static final String EXPECTED = "on each line " + Cidr.RULE;

    private NetworkFile() {}

    /**
     * All of them. Blocks; none, and a problem for each line with something else, where it cannot be used whole.
     *
     * @param where {@code file:line} of the configuration, for messages
     */
    static NetworkSet read(Path file, String where, Findings findings) {
        Findings.About about = findings.about(where, file);
        try {
            byte[] content = MaterialFile.read(file, LARGEST, EXPECTED);
            return parse(new String(content, StandardCharsets.UTF_8), about);
        } catch (MaterialException e) {
            about.problem(e);
            return NetworkSet.NONE;
        }
    }

    private static NetworkSet parse(String text, Findings.About about) {
        List<Cidr> networks = new ArrayList<>();
        int number = 0;
        int bad = 0;
        for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
            number++;
            String entry = withoutComment(lines.next()).strip();
            if (entry.isEmpty()) {
                continue;
            }
            try {
                networks.add(Cidr.parse(entry));
            } catch (IllegalArgumentException e) {
                if (++bad <= TOLD) {
                    String shown = SafeText.line(entry, SHOWN);
                    about.problem(new MaterialException(number, "\"" + shown + "\" (expected: " + Cidr.RULE + ")"));
                }
            }
        }
        if (bad > TOLD) {
            about.problem((bad - TOLD) + " more such lines");
        }
        return bad == 0 ? NetworkSet.of(networks) : NetworkSet.NONE;
    }

    private static String withoutComment(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) == '#' || line.charAt(i) == ';') {
                return line.substring(0, i);
            }
        }
        return line;
    }
}
