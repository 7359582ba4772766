import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes what the search box of the HTML manual looks through: each section of each page. It is a script and no JSON, since a
 * page that is opened from a disk may load the one, but not the other.
 *
 * <p>{@code java SearchIndex.java FOLDER_OF_PAGES FILE}
 */
final class SearchIndex {
    private final StringBuilder out = new StringBuilder("window.sections = [\n");

    public static void main(String[] args) throws IOException {
        SearchIndex index = new SearchIndex();
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            for (Path page : files.filter(file -> file.toString().endsWith(".md")).sorted().toList()) {
                index.add(page);
            }
        }
        Path file = Path.of(args[1]);
        Files.createDirectories(file.getParent());
        Files.writeString(file, index.out.append("];\n"));
    }

    private void add(Path page) throws IOException {
        String name = page.getFileName().toString().replace(".md", ".html");
        String title = "";
        String heading = "";
        StringBuilder text = new StringBuilder();
        boolean code = false;
        for (String line : Files.readAllLines(page)) {
            code ^= line.startsWith("```");
            if (code || !line.startsWith("#")) {
                text.append(line).append(' ');
                continue;
            }
            section(name, title, heading, text);
            heading = line.replaceFirst("^#+ ", "").replace("`", "");
            title = title.isEmpty() ? heading : title;
        }
        section(name, title, heading, text);
    }

    private void section(String page, String title, String heading, StringBuilder text) {
        if (!heading.isEmpty()) {
            String plain = text.toString().replaceAll("<!--.*?-->|\\]\\([^)]*\\)|[`|*\\\\\\[\\]]|```\\S*", " ");
            out.append(Stream.of(page, title, heading, plain.replaceAll("\\s+", " ").strip())
                    .map(SearchIndex::quoted)
                    .collect(Collectors.joining(", ", "  [", "],\n")));
        }
        text.setLength(0);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
