package io.sallyport.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/** Puts the commands together. */
final class CommandLines {
    private CommandLines() {}

    static CommandLine create(Console console) {
        CommandLine root = new CommandLine(new SallyportCommand());
        root.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .scopeType(ScopeType.INHERIT)
                        .description("Show this help and exit.")
                        .build());
        List<Object> commands = List.of(
                new RunCommand(console),
                new CheckCommand(console),
                new ConfigCommand(console),
                new QuickstartCommand(console),
                new HealthcheckCommand(console),
                new ExplainCommand(console),
                new VersionCommand(console));
        commands.forEach(root::addSubcommand);
        return root.setOut(console.out())
                .setErr(console.err())
                .setExecutionExceptionHandler(new Failures(console))
                .setUsageHelpAutoWidth(true);
    }
}
