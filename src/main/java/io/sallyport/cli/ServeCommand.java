package io.sallyport.cli;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ConfigSource;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.log.LogSetup;
import io.sallyport.server.generation.StartException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve}: what {@code run} does, without a file. */
@Command(
        name = "serve",
        description =
                "Puts TLS in front of a service, without a configuration file. Signals, reload of certificates, metrics"
                        + " and diagnosis are those of the command run.")
final class ServeCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final ServeOptions options = new ServeOptions();

    @Option(
            names = "--print-config",
            description =
                    "Prints the same as a configuration file, and does not start. Paths in a file are relative to its"
                            + " folder.")
    private boolean printConfig;

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException, StartException {
        String text = options.text(Objects.requireNonNull(spec).commandLine());
        ProxyConfig config = ConfigLoader.load(text, "command line", Path.of("").toAbsolutePath());
        if (printConfig) {
            console.out().print(text);
            console.out().flush();
            return ExitCode.OK;
        }
        try (LogSetup log = LogSetup.start(config.log())) {
            return new Serving(console).supervised(ConfigSource.ofFlags(config), config);
        }
    }
}
