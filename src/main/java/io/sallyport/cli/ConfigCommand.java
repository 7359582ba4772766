package io.sallyport.cli;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.hocon.ConfigException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code config}. */
@Command(name = "config", description = "Prints the effective configuration with the origin of each value.")
final class ConfigCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ConfigFile file = new ConfigFile();

    ConfigCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException {
        EffectiveConfig.lines(ConfigLoader.effective(file.path())).forEach(console.out()::println);
        return ExitCode.OK;
    }
}
