package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.sallyport.testing.Documents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the commands of the documents as they stand there. A block of code is marked in its first line: {@code sh} is run to its
 * end, {@code sh fails} has to fail, {@code sh service} goes on, {@code hocon FILE} is saved, and of {@code text} each line is in
 * what the command before it printed. {@code sh build} is what has made the jar; {@code sh package} and {@code sh container} are for {@code .ci/run}.
 */
class DocumentsIT {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(sh|hocon|text)(?: ([\\w.-]+))?\n(.*?)^```$");

    /** A change of a file is seen soon after it, and a service that listens may not serve yet. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private record Block(String language, String word, String text) {}

    static Stream<Path> documents() {
        return Documents.all().stream()
                .filter(document -> Documents.read(document).contains("\n```sh"));
    }

    private static List<Block> blocks(Path document) {
        return BLOCK.matcher(Documents.read(document))
                .results()
                .map(found -> new Block(found.group(1), found.group(2) == null ? "" : found.group(2), found.group(3)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyCommandDoesWhatIsSaidOfIt(Path document) throws Exception {
        List<Block> blocks = blocks(document);
        try (DocumentShell shell = DocumentShell.open(directory)) {
            for (int i = 0; i < blocks.size(); i++) {
                Block block = blocks.get(i);
                boolean answered =
                        i + 1 < blocks.size() && blocks.get(i + 1).language().equals("text");
                switch (block.language() + " " + block.word()) {
                    case "sh " ->
                        runs(
                                shell,
                                block.text(),
                                true,
                                answered ? blocks.get(i + 1).text() : "");
                    case "sh fails" ->
                        runs(
                                shell,
                                block.text(),
                                false,
                                answered ? blocks.get(i + 1).text() : "");
                    case "sh service" -> shell.serve(block.text());
                    case "sh build" -> assertThat(block.text()).isEqualTo("mvn -B -ntp -DskipTests package\n");
                    case "sh package", "sh container", "text ", "hocon " -> {}
                    default -> {
                        if (block.language().equals("sh")) {
                            fail("```sh " + block.word());
                        }
                        shell.write(block.word(), block.text());
                    }
                }
            }
        }
    }

    private static void runs(DocumentShell shell, String commands, boolean well, String told) {
        await(commands).atMost(PATIENCE).untilAsserted(() -> {
            DocumentShell.Outcome outcome = shell.run(commands);
            assertThat(outcome.exitCode() == 0).as(outcome.output()).isEqualTo(well);
            assertThat(told.lines())
                    .allSatisfy(line -> assertThat(outcome.output()).contains(line.strip()));
        });
    }
}
