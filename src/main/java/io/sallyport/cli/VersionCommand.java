package io.sallyport.cli;

import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code version}. */
@Command(name = "version", description = "Prints the versions of Sallyport, the JDK and what carries the bytes.")
final class VersionCommand implements Callable<Integer> {
    private final Console console;

    VersionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        console.out().println("Sallyport  " + own());
        console.out().println("JDK        " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
        console.out().println("transport  " + transport() + ", Netty " + artifact("netty-common"));
        console.out().println("TLS        " + tls() + ", netty-tcnative " + artifact("netty-tcnative-classes"));
        return ExitCode.OK;
    }

    private static String own() {
        return Objects.requireNonNullElse(VersionCommand.class.getPackage().getImplementationVersion(), "development");
    }

    private static String transport() {
        return Epoll.isAvailable() ? "epoll" : "none (" + Epoll.unavailabilityCause() + ")";
    }

    private static String tls() {
        return OpenSsl.isAvailable() ? OpenSsl.versionString() : "none (" + OpenSsl.unavailabilityCause() + ")";
    }

    private static String artifact(String name) throws IOException {
        String resource = "/META-INF/maven/io.netty/" + name + "/pom.properties";
        try (InputStream in = VersionCommand.class.getResourceAsStream(resource)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "of unknown version");
        }
    }
}
