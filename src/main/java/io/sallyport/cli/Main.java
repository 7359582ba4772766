package io.sallyport.cli;

import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process's boundary. */
public final class Main {
    /** Netty's events for the flight recorder: to make them known takes a tenth of a start, whether somebody records or not. */
    private static final String RECORDED = "io.netty.jfr.enabled";

    private static final Logger LOG = LoggerFactory.getLogger("sallyport.cli");

    private Main() {}

    /** Runs one command and ends the process: 0 fine, 1 a failure that was told on standard error, 2 usage. */
    public static void main(String[] args) {
        if (System.getProperty(RECORDED) == null) {
            System.setProperty(RECORDED, "false");
        }
        int exitCode = ExitCode.FAILURE;
        try {
            Console console = Console.standard();
            exitCode = execute(args, console.out(), console.err());
        } finally {
            // An exit waits for shutdown hooks; nothing of ours needs one, and SIGTERM must end with 0, not with 143.
            Runtime.getRuntime().halt(exitCode);
        }
    }

    static int execute(String[] args, PrintWriter out, PrintWriter err) {
        try {
            return CommandLines.create(new Console(out, err), args).execute(args);
        } catch (Error e) {
            // Picocli hands exceptions to our handler, and not errors: the process would end without a word.
            LOG.debug("the command failed", e);
            err.println("internal error: " + e);
            return ExitCode.FAILURE;
        }
    }
}
