package io.sallyport.cli;

import picocli.CommandLine.Command;

/** {@code sallyport} without a command: a usage error. */
@Command(
        name = "sallyport",
        description = "A TLS termination proxy.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Exit codes: 0 clean stop or all is well, 1 failure, 2 usage."})
final class SallyportCommand {}
