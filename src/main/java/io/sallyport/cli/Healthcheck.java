package io.sallyport.cli;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.value.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether the proxy on this machine is ready.
 *
 * <p>Also a program of its own, for containers, where it runs every few seconds within the proxy's memory limit: with the
 * command line's parser, the log and Netty there is no room for both in 128 MiB.
 */
public final class Healthcheck {
    private static final HostPort DEFAULT = new HostPort("127.0.0.1", 9901);

    private Healthcheck() {}

    /** {@code healthcheck} without options. Ends the process with 0 when the proxy is ready, else with 1. */
    public static void main(String[] args) {
        int exitCode = ExitCode.FAILURE;
        try {
            exitCode = run(Console.standard());
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    private static int run(Console console) {
        try {
            return ask(console, new ConfigFile().existing());
        } catch (ConfigException e) {
            console.problems(e.problems());
            return ExitCode.FAILURE;
        }
    }

    /**
     * Asks the proxy of a configuration.
     *
     * @param file the configuration; null: one that has none, at the default address
     * @return the exit code
     */
    static int ask(Console console, @Nullable Path file) throws ConfigException {
        HostPort address = file == null ? DEFAULT : ConfigLoader.probed(file);
        if (address != null) {
            return ask(console, address);
        }
        console.err().println("admin.bind: none (expected: an admin or a metrics listener to ask, or --admin)");
        return ExitCode.FAILURE;
    }

    /**
     * Asks the listener at an address.
     *
     * @return the exit code
     */
    static int ask(Console console, HostPort address) {
        try {
            Readiness readiness = Readiness.ask(address);
            (readiness.isReady() ? console.out() : console.err()).println(readiness.words());
            return readiness.isReady() ? ExitCode.OK : ExitCode.FAILURE;
        } catch (IOException e) {
            console.err()
                    .println(address + ": " + String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT));
            return ExitCode.FAILURE;
        }
    }
}
