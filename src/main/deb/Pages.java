import io.sallyport.cli.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes manual pages and shell completions from the commands themselves: {@code java -cp sallyport.jar Pages.java DATE
 * REFERENCE.CONF FOLDER}.
 *
 * <p>Picocli makes AsciiDoc of them, and a renderer of that to roff brings a Ruby of 60 MB; what the pages need of roff is here.
 */
final class Pages {
    private static final String SUMMARY = "TLS termination proxy";

    private final String date;
    private final StringBuilder page = new StringBuilder();

    private Pages(String date) {
        this.date = date;
    }

    public static void main(String[] args) throws IOException {
        String date = args[0];
        Path reference = Path.of(args[1]);
        Path folder = Files.createDirectories(Path.of(args[2]));
        CommandLine root = CommandLines.all();
        Files.writeString(folder.resolve("sallyport.1"), new Pages(date).overview(root));
        for (CommandLine command : root.getSubcommands().values()) {
            Files.writeString(
                    folder.resolve("sallyport-" + command.getCommandName() + ".1"), new Pages(date).command(command));
        }
        Files.writeString(
                folder.resolve("sallyport.conf.5"), new Pages(date).configuration(Files.readString(reference)));
        Files.writeString(folder.resolve("sallyport.bash"), AutoComplete.bash("sallyport", root));
    }

    private String overview(CommandLine root) {
        title("sallyport", 1, SUMMARY);
        section("SYNOPSIS");
        page.append(".B sallyport\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n");
        section("DESCRIPTION");
        text("Clients speak TLS to it, and it speaks plain TCP to a server. Each command has a page of its own.");
        section("COMMANDS");
        for (CommandLine command : root.getSubcommands().values()) {
            item("\\fBsallyport " + roff(command.getCommandName()) + "\\fR");
            text(first(command.getCommandSpec().usageMessage().description()));
        }
        footer(root.getCommandSpec());
        section("SEE ALSO");
        List<String> others = new ArrayList<>();
        for (CommandLine command : root.getSubcommands().values()) {
            others.add(".BR sallyport-" + roff(command.getCommandName()) + " (1)");
        }
        others.add(".BR sallyport.conf (5)");
        page.append(String.join(" ,\n", others)).append('\n');
        return page.toString();
    }

    private String command(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        title("sallyport-" + spec.name(), 1, first(spec.usageMessage().description()));
        section("SYNOPSIS");
        page.append(".B sallyport ").append(roff(spec.name())).append('\n');
        page.append("[\\fIOPTIONS\\fR]");
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            page.append(' ').append("\\fI").append(roff(parameter.paramLabel())).append("\\fR");
        }
        page.append('\n');
        section("DESCRIPTION");
        for (String line : spec.usageMessage().description()) {
            text(line);
        }
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            item("\\fI" + roff(parameter.paramLabel()) + "\\fR");
            describe(parameter);
        }
        section("OPTIONS");
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                item(names(option));
                describe(option);
            }
        }
        footer(spec);
        section("SEE ALSO");
        page.append(".BR sallyport (1),\n.BR sallyport.conf (5)\n");
        return page.toString();
    }

    private String configuration(String reference) {
        title("sallyport.conf", 5, "configuration of sallyport");
        section("DESCRIPTION");
        text("HOCON: JSON with comments, substitutions and includes. Every key follows with its default."
                + " \"sallyport check -c FILE\" tells every problem of a file, \"sallyport config\" what is in force.");
        section("KEYS");
        page.append(".nf\n");
        reference.lines().forEach(line -> page.append(roff(line)).append('\n'));
        page.append(".fi\n");
        section("SEE ALSO");
        page.append(".BR sallyport (1)\n");
        return page.toString();
    }

    private void title(String name, int section, String summary) {
        page.append(".TH \"")
                .append(name.toUpperCase(java.util.Locale.ROOT))
                .append("\" ")
                .append(section)
                .append(" \"")
                .append(date)
                .append("\" \"sallyport\" \"Sallyport\"\n.hy 0\n.ad l\n");
        section("NAME");
        String line = summary.endsWith(".") ? summary.substring(0, summary.length() - 1) : summary;
        page.append(roff(name)).append(" \\- ").append(roff(line)).append('\n');
    }

    private void section(String name) {
        page.append(".SH ").append(name).append('\n');
    }

    private void item(String term) {
        page.append(".TP\n").append(term).append('\n');
    }

    private void text(String words) {
        page.append(roff(words)).append('\n');
    }

    private void describe(ArgSpec argument) {
        String words = String.join(" ", argument.description());
        String initial = argument.defaultValueString(true);
        boolean none = initial == null || List.of("", "[]", "false", "null").contains(initial);
        text(none || words.contains("Default:") ? words : words + " Default: " + initial + ".");
    }

    private void footer(CommandSpec spec) {
        for (String line : spec.usageMessage().footer()) {
            if (!line.isBlank()) {
                page.append(".PP\n");
                text(line);
            }
        }
    }

    private static String names(OptionSpec option) {
        List<String> names = new ArrayList<>();
        for (String name : option.names()) {
            names.add("\\fB" + roff(name) + "\\fR");
        }
        String label = option.arity().max() > 0 ? "=\\fI" + roff(option.paramLabel()) + "\\fR" : "";
        return String.join(", ", names) + label;
    }

    private static String first(String[] description) {
        return description.length == 0 ? SUMMARY : Help.Ansi.OFF.string(description[0]);
    }

    /** A dash that can be copied, and no line that roff takes for one of its own requests. */
    private static String roff(String text) {
        String line = text.replace("\\", "\\e").replace("-", "\\-");
        return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
    }
}
