package io.sallyport.cli;

import io.sallyport.config.hocon.LocaleEncoding;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** Puts the commands together. */
public final class CommandLines {
    private CommandLines() {}

    /** Every command with its options, for whoever writes about them: completions, manual pages, the command reference. */
    public static CommandLine all() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return create(new Console(nowhere, nowhere));
    }

    private static Map<String, Function<Console, Object>> commands() {
        Map<String, Function<Console, Object>> commands = new LinkedHashMap<>();
        commands.put("serve", ServeCommand::new);
        commands.put("run", RunCommand::new);
        commands.put("check", CheckCommand::new);
        commands.put("config", ConfigCommand::new);
        commands.put("quickstart", QuickstartCommand::new);
        commands.put("acme", AcmeCommand::new);
        commands.put("healthcheck", HealthcheckCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("version", VersionCommand::new);
        return commands;
    }

    /** For these arguments: reading the annotations of commands that nobody asked for takes a twentieth of a start. */
    static CommandLine create(Console console, String... arguments) {
        CommandLine root = new CommandLine(new SallyportCommand());
        root.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .scopeType(ScopeType.INHERIT)
                        .description("Show this help and exit.")
                        .build());
        Map<String, Function<Console, Object>> commands = commands();
        if (arguments.length > 0 && commands.containsKey(arguments[0])) {
            commands.keySet().retainAll(Set.of(arguments[0]));
        }
        commands.values().forEach(command -> root.addSubcommand(command.apply(console)));
        return root.registerConverter(Path.class, CommandLines::path)
                .setOut(console.out())
                .setErr(console.err())
                .setExecutionExceptionHandler(new Failures(console))
                .setUsageHelpAutoWidth(true);
    }

    private static Path path(String text) {
        try {
            return LocaleEncoding.path(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
