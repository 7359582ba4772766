package io.sallyport.deploy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The instructions of the last stage, so that a test can do what an engine would.
 *
 * @param text the argument of each, by instruction; the last where it occurs several times
 * @param environment what ENV sets
 */
record Dockerfile(Map<String, String> text, Map<String, String> environment) {
    static final Path FILE = Path.of("src", "main", "docker", "Dockerfile");

    private static final ObjectMapper JSON = new ObjectMapper();

    static Dockerfile read() throws IOException {
        Map<String, String> text = new LinkedHashMap<>();
        Map<String, String> environment = new LinkedHashMap<>();
        for (String line : Files.readAllLines(FILE)) {
            String[] words = line.split(" ", 2);
            switch (words[0]) {
                case "FROM" -> {
                    text.clear();
                    environment.clear();
                    text.put(words[0], words[1]);
                }
                case "ENV" -> {
                    String[] assignment = words[1].split("=", 2);
                    environment.put(assignment[0], assignment[1]);
                }
                case "", "#" -> {}
                default -> text.put(words[0], words[1]);
            }
        }
        return new Dockerfile(text, environment);
    }

    String of(String instruction) {
        return Objects.requireNonNull(text.get(instruction), instruction);
    }

    /**
     * The words of an instruction in exec form.
     *
     * @throws IOException when it is in another form, which needs a shell
     */
    List<String> words(String instruction) throws IOException {
        String argument = of(instruction);
        return JSON.readValue(argument.substring(argument.indexOf('[')), new TypeReference<>() {});
    }
}
