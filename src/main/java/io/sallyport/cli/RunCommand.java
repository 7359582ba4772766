package io.sallyport.cli;

import io.sallyport.config.ConfigSource;
import io.sallyport.config.FileSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.log.LogSetup;
import io.sallyport.server.generation.StartException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}. */
@Command(
        name = "run",
        description = "Starts the proxy. SIGTERM and SIGINT drain it, a second one stops it at once; SIGHUP and SIGUSR1"
                + " reload.")
final class RunCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ConfigFile file = new ConfigFile();

    @Option(names = "--test", description = "As the command check: tells every problem, and does not start.")
    private boolean test;

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException, StartException {
        ConfigSource source = new FileSource(file.path());
        ProxyConfig config = source.load();
        if (test) {
            return CheckCommand.check(config, console);
        }
        try (LogSetup log = LogSetup.start(config.log())) {
            return new Serving(console).supervised(source, config);
        }
    }
}
