package io.sallyport.cli;

import io.netty.handler.ssl.OpenSsl;
import io.sallyport.eventloop.NativeLibraries;
import io.sallyport.eventloop.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
        console.out().println("transport  " + transports() + "; Netty " + artifact("netty-common"));
        console.out().println("TLS        " + tls() + ", netty-tcnative " + artifact("netty-tcnative-classes"));
        return ExitCode.OK;
    }

    private static String own() {
        return Objects.requireNonNullElse(VersionCommand.class.getPackage().getImplementationVersion(), "development");
    }

    /** What there is to choose from, the best first. */
    private static String transports() {
        return Transport.available().map(Transport::toString).collect(Collectors.joining(", "));
    }

    private static String tls() {
        return OpenSsl.isAvailable()
                ? OpenSsl.versionString()
                : "none: " + NativeLibraries.problem(OpenSsl.unavailabilityCause());
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
