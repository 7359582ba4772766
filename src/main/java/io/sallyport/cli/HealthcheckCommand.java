package io.sallyport.cli;

import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.value.HostPort;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code healthcheck}. */
@Command(name = "healthcheck", description = "Exits with 0 when a proxy on this machine is ready.")
final class HealthcheckCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ConfigFile file = new ConfigFile();

    @Option(
            names = "--admin",
            paramLabel = "ADDR",
            converter = AddressConverter.class,
            description =
                    "Its admin or metrics listener. Without it: admin.bind, else metrics.bind of the configuration;"
                            + " without a configuration 127.0.0.1:9901.")
    private @Nullable HostPort admin;

    HealthcheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException {
        return admin == null ? Healthcheck.ask(console, file.existing()) : Healthcheck.ask(console, admin);
    }
}
