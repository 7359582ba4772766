package io.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How the documents hang together: sizes, links, and a place for every page. */
final class ReadmeTest {
    private static final Path BENCHMARKS = Path.of("benchmarks", "README.md");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern MENU_ITEM = Pattern.compile("<item [^>]*href=\"([^\"]+)\\.html\"");

    static Stream<Path> documents() {
        return Stream.concat(Documents.all().stream(), Stream.of(BENCHMARKS));
    }

    @ParameterizedTest
    @CsvSource({"README.md, 14", "benchmarks/README.md, 8"})
    void isShortEnoughToBeReadAtOnce(Path document, int kibibytes) throws IOException {
        assertThat(Files.size(document)).isLessThanOrEqualTo(kibibytes * 1024L);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyLinkToAFileLeadsSomewhere(Path document) {
        assertThat(links(document)).allSatisfy(link -> {
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
            assertThat(target).exists();
            if (parts.length == 2) {
                assertThat(anchors(target)).contains(parts[1]);
            }
        });
    }

    /** The HTML manual has the pages alone. */
    @ParameterizedTest
    @MethodSource("documents")
    void pagesLinkToPages(Path document) {
        if (document.startsWith(Documents.MANUAL)) {
            assertThat(links(document)).allMatch(link -> !link.contains("/"));
        }
    }

    @Test
    void everyPageIsInTheIndexAndInTheMenu() throws IOException {
        Set<String> pages = Documents.pages().stream()
                .map(page -> page.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new));
        String site = Files.readString(Path.of("src", "site", "site.xml"));
        String menu = site.substring(site.indexOf("<menu"));

        assertThat(MENU_ITEM.matcher(menu).results().map(item -> item.group(1) + ".md"))
                .containsExactlyInAnyOrderElementsOf(pages);
        pages.remove("index.md");
        assertThat(links(Documents.MANUAL.resolve("index.md"))).containsExactlyInAnyOrderElementsOf(pages);
    }

    private static List<String> links(Path document) {
        return LINK.matcher(CODE.matcher(Documents.read(document)).replaceAll(""))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("https://") && !link.startsWith("http://"))
                .toList();
    }

    /** As the hosts of repositories name them: lower case, without punctuation, a number behind what was there already. */
    private static List<String> anchors(Path document) {
        List<String> anchors = new ArrayList<>();
        HEADING.matcher(BLOCK.matcher(Documents.read(document)).replaceAll(""))
                .results()
                .map((MatchResult heading) -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{Alnum}_ -]", "").replace(' ', '-'))
                .forEach(anchor -> anchors.add(anchors.contains(anchor) ? anchor + "-1" : anchor));
        return anchors;
    }
}
