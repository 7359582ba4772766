package io.sallyport.cli;

import io.sallyport.testing.GeneratedPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual's page on every command and option is made of what {@code --help} tells. */
class CommandReferenceTest {
    private static final String HEAD = """
            # Command reference

            <!-- Made of the program's own help by CommandReferenceTest. Change that, not this page. -->

            The container has the command `sallyport COMMAND`; elsewhere it is
            `java -jar target/sallyport.jar COMMAND`. Every command takes `--help`.
            """;

    private final StringBuilder page = new StringBuilder(HEAD);

    @Test
    void everyCommandAndOptionIsDescribedInTheWordsOfTheHelp() throws IOException {
        CommandLine root = CommandLines.create(
                new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter())));

        root.getSubcommands().forEach((name, command) -> describe(name, command.getCommandSpec()));
        lines(root.getCommandSpec().usageMessage().footer());

        GeneratedPage.assertIs("command-reference.md", page.toString());
    }

    private void describe(String name, CommandSpec command) {
        page.append("\n## `").append(name).append("`\n");
        lines(command.usageMessage().description());
        page.append('\n');
        command.positionalParameters().forEach(each -> item(each.paramLabel(), each));
        command.options().stream().filter(option -> !option.usageHelp()).forEach(option -> item(names(option), option));
        lines(command.usageMessage().footer());
    }

    private static String names(OptionSpec option) {
        String names = String.join("`, `", option.names());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    private void item(String names, ArgSpec argument) {
        page.append("- `").append(names).append('`').append(argument.required() ? ", required: " : ": ");
        page.append(GeneratedPage.markdown(String.join(" ", argument.description())))
                .append('\n');
    }

    private void lines(String... paragraphs) {
        for (String line : List.of(paragraphs)) {
            page.append('\n').append(GeneratedPage.markdown(line)).append('\n');
        }
    }
}
