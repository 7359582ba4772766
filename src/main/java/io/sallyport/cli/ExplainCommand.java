package io.sallyport.cli;

import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigException;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.config.value.StartTls;
import io.sallyport.explain.ExplainLoader;
import io.sallyport.explain.Explainer;
import io.sallyport.explain.probe.ExplainOptions;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.report.Explanation;
import io.sallyport.explain.report.Ink;
import io.sallyport.explain.report.JsonReport;
import io.sallyport.explain.report.TextReport;
import java.net.IDN;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain}. */
@Command(
        name = "explain",
        description = "Makes a handshake with a TLS server and explains it, step by step.",
        footer = {
            "",
            "Exit codes: 0 a client that verifies certificates connects, 1 it does not, 2 usage, or a file that cannot be"
                    + " used."
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int LONGEST_PROTOCOL = 255;

    /** RFC 1035 section 2.3.4, with a final dot. */
    private static final int LONGEST_NAME = 254;

    private static final Pattern HOST_NAME = Pattern.compile("[\\p{Alnum}_-]+(\\.[\\p{Alnum}_-]+)*\\.?");

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "TARGET", description = "HOST:PORT of the server; with --conf the name of a listener.")
    private String target = "";

    @Option(
            names = {"-c", "--conf", "--config"},
            paramLabel = "FILE",
            description = "A configuration of Sallyport: TARGET is one of its listeners.")
    private @Nullable Path conf;

    @Option(
            names = "--server-name",
            paramLabel = "NAME",
            description =
                    "The name to ask for, and to look for in the certificate. Without it: the host; of a listener, the"
                            + " first name of its certificates.")
    private @Nullable String serverName;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description =
                    "Trust anchors, PEM. Without it: the authorities that the JVM ships; for a listener also the roots"
                            + " in its own certificate files.")
    private @Nullable Path ca;

    @Option(names = "--cert", paramLabel = "FILE", description = "A client certificate with its chain, PEM.")
    private @Nullable Path cert;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key, PEM, not encrypted.")
    private @Nullable Path key;

    @Option(names = "--tls1.2", description = "Offer TLS 1.2 at most.")
    private boolean tls12;

    @Option(
            names = "--alpn",
            paramLabel = "PROTOCOL",
            split = ",",
            description = "Application protocols to offer, as h2,http/1.1.")
    private List<String> alpn = List.of();

    @Option(
            names = "--starttls",
            paramLabel = "KIND",
            converter = StartTlsConverter.class,
            description = "Ask for TLS in plain text first: postgresql, smtp, imap, pop3 or ldap. A listener says so"
                    + " itself.")
    private @Nullable StartTls startTls;

    @Option(names = "--scan", description = "Learn every version, suite and group that the server takes.")
    private boolean scan;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "10s",
            description = "For the TCP connection, and again for the handshake. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ZERO;

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        checkNames();
        try {
            ExplainLoader loader = new ExplainLoader(
                    new ExplainOptions(serverName, ca, cert, key, alpn, tls12, scan, timeout, startTls), Instant.now());
            ExplainRequest request = conf == null ? loader.server(address(target)) : listener(conf, loader);
            console.problems(loader.problems());
            return loader.problems().isEmpty() ? explain(request) : ExitCode.USAGE;
        } catch (ConfigException e) {
            console.problems(e.problems());
            return ExitCode.USAGE;
        }
    }

    private int explain(ExplainRequest request) {
        Explanation explanation = new Explainer(request, InstantSource.system()).explain();
        if (json) {
            console.out().println(JsonReport.write(explanation));
        } else {
            Ink ink = Terminal.isColoured() ? Ink.COLOURED : Ink.PLAIN;
            console.out().print(TextReport.write(explanation, Instant.now(), ink));
            console.out().flush();
        }
        return explanation.isFine() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private void checkNames() {
        if (serverName != null && !isHostName(serverName)) {
            throw usage("--server-name: \"" + serverName + "\" (expected: a host name)");
        }
        for (String protocol : alpn) {
            if (protocol.isEmpty() || protocol.length() > LONGEST_PROTOCOL) {
                throw usage("--alpn: \"" + protocol + "\" (expected: 1 to " + LONGEST_PROTOCOL
                        + " characters, as h2 or http/1.1)");
            }
        }
        if ((cert == null) != (key == null)) {
            throw usage("--cert and --key (expected: both or none; one file may hold both)");
        }
    }

    private static boolean isHostName(String name) {
        try {
            return name.length() <= LONGEST_NAME
                    && HOST_NAME.matcher(IDN.toASCII(name)).matches();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private HostPort address(String text) {
        try {
            HostPort address = HostPort.parse(text);
            if (address.port() > 0) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // told below, as port 0 is
        }
        throw usage("\"" + text + "\" (expected: host:port or [v6]:port, port 1..65535)");
    }

    private ExplainRequest listener(Path file, ExplainLoader loader) throws ConfigException {
        ProxyConfig config = ConfigLoader.load(file);
        ListenerConfig listener = config.listeners().get(target);
        if (listener == null) {
            throw usage("\"" + target + "\" (expected: one of the listeners "
                    + String.join(", ", config.listeners().keySet()) + ")");
        }
        if (listener.plain()) {
            throw usage("\"" + target + "\" takes plain TCP (expected: a listener with TLS)");
        }
        String bind = "listeners." + target + ".bind: \"" + listener.bind() + "\"";
        if (listener.plain()) {
            throw usage("\"" + target + "\" takes plain TCP (expected: a listener with tls)");
        }
        if (!(listener.bind() instanceof NetworkAddress.Tcp tcp)) {
            throw usage(bind + " (expected: a TCP port)");
        }
        if (tcp.hostPort().port() == 0) {
            throw usage(bind + " (expected: a port; only the log knows which one it took, give HOST:PORT)");
        }
        try {
            return loader.listener(listener);
        } catch (UnknownHostException e) {
            throw usage(bind + ": the name has no address");
        }
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}
