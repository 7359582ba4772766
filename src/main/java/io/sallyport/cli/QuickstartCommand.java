package io.sallyport.cli;

import io.netty.util.NetUtil;
import io.sallyport.config.LogConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.log.LogSetup;
import io.sallyport.quickstart.HelloBackend;
import io.sallyport.quickstart.PrivateDirectory;
import io.sallyport.quickstart.QuickstartConfig;
import io.sallyport.quickstart.ThrowawayCertificate;
import io.sallyport.quickstart.Visitor;
import io.sallyport.server.ProxyServer;
import io.sallyport.server.generation.StartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quickstart}. */
@Command(
        name = "quickstart",
        description = "Starts with a throw-away certificate in front of a small built-in HTTP backend, on loopback.")
final class QuickstartCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            defaultValue = "8443",
            description = "Where it listens for TLS; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            defaultValue = "9901",
            description = "Where the admin listener is; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
    private int adminPort;

    QuickstartCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, ConfigException, StartException {
        try (LogSetup log = LogSetup.start(new LogConfig(LogConfig.Level.INFO, LogConfig.Format.TEXT));
                HelloBackend backend = HelloBackend.start()) {
            // There is nothing to reload here: a terminal that hangs up means the end.
            Serving serving = new Serving(console).stopOn("TERM", "INT", "HUP");
            ThrowawayCertificate certificate = ThrowawayCertificate.create();
            ProxyServer server = start(backend.address(), certificate);
            greet(server);
            try (Visitor visitor = Visitor.start(listener(server), certificate.chain(), () -> server.followers() > 0)) {
                return serving.untilStopped(server);
            }
        }
    }

    /** The key is on disk only while the server starts. */
    private ProxyServer start(InetSocketAddress backend, ThrowawayCertificate certificate)
            throws IOException, ConfigException, StartException {
        try (PrivateDirectory directory = PrivateDirectory.create()) {
            return ProxyServer.start(
                    new QuickstartConfig(port, adminPort, backend, certificate).writeTo(directory.path()));
        }
    }

    private static InetSocketAddress listener(ProxyServer server) {
        return (InetSocketAddress) Objects.requireNonNull(server.addresses().get(QuickstartConfig.LISTENER));
    }

    private void greet(ProxyServer server) {
        InetSocketAddress admin = server.adminAddress();
        console.out().println();
        console.out()
                .println("Try it:  curl --insecure https://localhost:"
                        + listener(server).getPort() + "/");
        console.out()
                .println("Admin:   http://" + (admin == null ? "none" : NetUtil.toSocketAddressString(admin)) + "/"
                        + " (while it is open, a visitor of our own comes every second)");
        console.out().println("Stop:    Ctrl-C");
        console.out().println();
    }
}
