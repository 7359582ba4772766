package io.sallyport.cli;

import io.sallyport.config.hocon.ConfigException;
import io.sallyport.server.generation.StartException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Tells why a command failed, without a stack trace: that is in the log on level DEBUG. */
final class Failures implements IExecutionExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.cli");

    private final Console console;

    Failures(Console console) {
        this.console = console;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        LOG.debug("{} failed", command.getCommandName(), failure);
        if (failure instanceof ConfigException config) {
            console.problems(config.problems());
        } else if (failure instanceof StartException start) {
            console.problems(start.problems());
        } else {
            console.err().println("internal error: " + failure);
        }
        return ExitCode.FAILURE;
    }
}
