package io.sallyport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.testing.Readme;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The README's table of commands, held against the command line. */
class ReadmeCommandsTest {
    private static final Pattern OPTION = Pattern.compile("(?<=`)--?[a-z][a-z0-9.-]*");

    private final Map<String, CommandLine> commands = CommandLines.create(
                    new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter())))
            .getSubcommands();

    @Test
    void listsEveryCommand() {
        assertThat(Readme.rows("command").stream().map(Readme.Row::name)).containsExactlyElementsOf(commands.keySet());
    }

    @Test
    void tellsOfEveryOption() {
        Set<String> told = new TreeSet<>();
        for (Readme.Row row : Readme.rows("command")) {
            List<String> options = OPTION.matcher(row.second())
                    .results()
                    .map(MatchResult::group)
                    .toList();
            options.forEach(option -> told.add(row.name() + " " + option));
        }

        assertThat(told).isEqualTo(new TreeSet<>(options()));
    }

    /** The shortest name of each, but for --help; {@code -c} is told of once, for all. */
    private Set<String> options() {
        return commands.entrySet().stream()
                .flatMap(command -> command.getValue().getCommandSpec().options().stream()
                        .filter(option -> !option.usageHelp())
                        .map(OptionSpec::shortestName)
                        .filter(name -> !name.equals("-c") || command.getKey().equals("run"))
                        .map(name -> command.getKey() + " " + name))
                .collect(Collectors.toSet());
    }
}
