package io.sallyport.cli;

import io.sallyport.config.CertificateConfig;
import io.sallyport.config.ConfigException;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.HostPort;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.PasswordConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.TrustAnchorConfig;
import io.sallyport.explain.ExplainRequest;
import io.sallyport.explain.Explainer;
import io.sallyport.explain.Explanation;
import io.sallyport.explain.Ink;
import io.sallyport.explain.JsonReport;
import io.sallyport.explain.OwnListener;
import io.sallyport.explain.TextReport;
import io.sallyport.tls.Findings;
import io.sallyport.tls.KeyMaterial;
import io.sallyport.tls.KeyMaterialLoader;
import io.sallyport.tls.TrustAnchors;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
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
        Findings findings = new Findings();
        try {
            ExplainRequest request = request(findings);
            console.problems(findings.problems());
            return findings.problems().isEmpty() ? explain(request) : ExitCode.USAGE;
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

    private ExplainRequest request(Findings findings) throws ConfigException {
        checkNames();
        OwnListener own = conf == null ? null : own(conf, findings);
        HostPort address = own == null ? address(target) : own.address();
        return new ExplainRequest(
                address,
                serverName != null || own == null ? serverName : own.serverName(),
                anchors(own, findings),
                client(findings),
                alpn,
                tls12,
                scan,
                timeout,
                own == null ? List.of() : own.leaves());
    }

    private void checkNames() {
        if (serverName != null) {
            checkHostName(serverName);
        }
        for (String protocol : alpn) {
            if (protocol.isEmpty() || protocol.length() > 255) {
                throw usage(List.of("--alpn: \"" + protocol + "\" (expected: 1 to 255 characters, as h2 or http/1.1)"));
            }
        }
    }

    private void checkHostName(String name) {
        try {
            new SNIHostName(name).getAsciiName();
        } catch (IllegalArgumentException e) {
            throw usage(List.of("--server-name: \"" + name + "\" (expected: a host name)"));
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
        throw usage(List.of("\"" + text + "\" (expected: host:port or [v6]:port, port 1..65535)"));
    }

    private OwnListener own(Path file, Findings findings) throws ConfigException {
        ProxyConfig config = ConfigLoader.load(file);
        ListenerConfig listener = config.listeners().get(target);
        if (listener == null) {
            throw usage(List.of("\"" + target + "\" (expected: one of the listeners "
                    + String.join(", ", config.listeners().keySet()) + ")"));
        }
        if (listener.bind().port() == 0) {
            throw usage(List.of("listeners." + target + ".bind: \"" + listener.bind()
                    + "\" (expected: a port; with 0 only the log knows which one it is, give HOST:PORT)"));
        }
        try {
            return OwnListener.of(listener, Instant.now(), findings);
        } catch (UnknownHostException e) {
            throw usage(List.of("listeners." + target + ".bind: \"" + listener.bind() + "\": the name has no address"));
        }
    }

    private @Nullable KeyMaterial client(Findings findings) {
        if (cert == null && key == null) {
            return null;
        }
        if (cert == null || key == null) {
            throw usage(List.of("--cert and --key are given together (one file may hold both)"));
        }
        return new KeyMaterialLoader(System::getenv, Instant.now())
                .load(new CertificateConfig.Pem(cert, key, new PasswordConfig.None(), ""), findings)
                .orElse(null);
    }

    private TrustAnchors anchors(@Nullable OwnListener own, Findings findings) {
        TrustAnchorConfig source = ca == null ? new TrustAnchorConfig.SystemStore() : new TrustAnchorConfig.PemFile(ca);
        TrustAnchors anchors = TrustAnchors.load(List.of(source), "", Instant.now(), findings);
        if (ca != null || own == null || own.roots().isEmpty()) {
            return anchors;
        }
        return new TrustAnchors(
                Stream.concat(anchors.sources().stream(), Stream.of(new TrustAnchors.Source(target, own.roots())))
                        .toList());
    }

    private ParameterException usage(List<String> problems) {
        return new ParameterException(spec.commandLine(), String.join(System.lineSeparator(), problems));
    }
}
