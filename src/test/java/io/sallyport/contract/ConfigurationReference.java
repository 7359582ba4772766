package io.sallyport.contract;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.sallyport.testing.GeneratedPage;
import java.io.File;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Makes the page on every key out of {@code reference.conf}: the defaults, and the comment right above each key. */
final class ConfigurationReference {
    static final String PAGE = "configuration-reference.md";

    /** Not the resource: of these, several may be on a class path. */
    private static final File SOURCE = new File("src/main/resources/reference.conf");

    private static final String HEAD = """
            # Configuration reference

            <!-- Made of the comments in src/main/resources/reference.conf by ManualTest. Change them, not this page. -->

            Every key with its default. [Configuration](configuration.md) says how the file is written, and what 0 means.
            """;

    /** A comment that is further to the right than its text is an example. */
    private static final String EXAMPLE = "   ";

    private final StringBuilder page = new StringBuilder(HEAD);

    private ConfigurationReference() {}

    static String page() {
        ConfigurationReference reference = new ConfigurationReference();
        ConfigObject root =
                ConfigFactory.parseFile(SOURCE).getConfig("sallyport").root();
        ConfigObject defaults = child(root, "defaults");
        reference.group("listeners.NAME", comments(root, "listeners"), child(defaults, "listener"));
        reference.group("backends.NAME", comments(root, "backends"), child(defaults, "backend"));
        reference.group("acme.NAME", comments(root, "acme"), child(defaults, "acme"));
        reference.heading("The whole process");
        reference.leaves("", root);
        inOrder(root).stream()
                .filter(entry ->
                        !List.of("listeners", "backends", "acme", "defaults").contains(entry.getKey()))
                .filter(entry -> entry.getValue() instanceof ConfigObject)
                .forEach(entry ->
                        reference.group(entry.getKey(), comments(root, entry.getKey()), child(root, entry.getKey())));
        return reference.page.toString();
    }

    private void group(String path, List<String> comments, ConfigObject object) {
        heading("`" + path + "`");
        comment(comments);
        leaves(path + ".", object);
        inOrder(object).forEach(entry -> {
            if (entry.getValue() instanceof ConfigObject inner) {
                group(path + "." + entry.getKey(), entry.getValue().origin().comments(), inner);
            }
        });
    }

    private void heading(String title) {
        page.append("\n## ").append(title).append('\n');
    }

    private void leaves(String prefix, ConfigObject object) {
        inOrder(object).forEach(entry -> {
            if (!(entry.getValue() instanceof ConfigObject)) {
                leaf(prefix + entry.getKey(), entry.getValue());
            }
        });
    }

    private void leaf(String key, ConfigValue value) {
        if (value.origin().comments().isEmpty()) {
            throw new AssertionError(key + " has no comment in reference.conf");
        }
        page.append("\n### `").append(key).append("`\n\nDefault: `");
        page.append(text(value)).append("`\n");
        comment(value.origin().comments());
    }

    private void comment(List<String> lines) {
        page.append(lines.isEmpty() ? "" : "\n");
        boolean example = false;
        for (String line : lines) {
            if (line.startsWith(EXAMPLE) != example) {
                example = !example;
                page.append(example ? "\n```hocon\n" : "```\n\n");
            }
            page.append(example ? line.substring(EXAMPLE.length()) : GeneratedPage.markdown(line.strip()))
                    .append('\n');
        }
        page.append(example ? "```\n" : "");
    }

    /** A default as it can be written in a configuration; words without their quotes. */
    static String text(ConfigValue value) {
        return switch (value.valueType()) {
            case LIST, NULL -> value.render(ConfigRenderOptions.concise());
            default -> value.unwrapped().equals("") ? "\"\"" : String.valueOf(value.unwrapped());
        };
    }

    private static List<String> comments(ConfigObject object, String key) {
        return child(object, key).origin().comments();
    }

    private static ConfigObject child(ConfigObject object, String key) {
        return object.toConfig().getObject(key);
    }

    /** As they stand in the file. */
    private static List<Map.Entry<String, ConfigValue>> inOrder(ConfigObject object) {
        return object.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getValue().origin().lineNumber()))
                .toList();
    }
}
