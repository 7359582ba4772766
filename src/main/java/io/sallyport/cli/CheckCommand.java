package io.sallyport.cli;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.server.ProxyServer;
import io.sallyport.server.generation.StartException;
import io.sallyport.systemd.InheritedSockets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code check}. */
@Command(name = "check", description = "Tells every problem of the configuration and of the files that it names.")
final class CheckCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ConfigFile file = new ConfigFile();

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException, StartException {
        return check(ConfigLoader.load(file.path()), console);
    }

    static int check(ProxyConfig config, Console console) throws StartException {
        ProxyServer.check(config, new InheritedSockets(System.getenv())).forEach(console::warning);
        ProxyServer.describe(config).forEach(console.out()::println);
        console.out().println("configuration is fine");
        return ExitCode.OK;
    }
}
