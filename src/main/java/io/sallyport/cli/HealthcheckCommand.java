package io.sallyport.cli;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.value.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code healthcheck}. */
@Command(name = "healthcheck", description = "Exits with 0 when a proxy on this machine is ready.")
final class HealthcheckCommand implements Callable<Integer> {
    private static final HostPort DEFAULT = new HostPort("127.0.0.1", 9901);

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
        HostPort address = address();
        if (address == null) {
            console.err().println("admin.bind: none (expected: an admin or a metrics listener to ask, or --admin)");
            return ExitCode.FAILURE;
        }
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

    private @Nullable HostPort address() throws ConfigException {
        if (admin != null) {
            return admin;
        }
        Path existing = file.existing();
        if (existing == null) {
            return DEFAULT;
        }
        ProxyConfig config = ConfigLoader.load(existing);
        return config.admin().bind() != null
                ? config.admin().bind()
                : config.metrics().bind();
    }
}
