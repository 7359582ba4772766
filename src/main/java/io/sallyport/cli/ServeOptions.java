package io.sallyport.cli;

import com.typesafe.config.ConfigUtil;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The flags of {@code serve}: one listener, one backend. They become the text of a configuration, so that whatever a file can
 * be refused for, flags are refused for in the same words.
 */
final class ServeOptions {
    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = ":8443",
            description = "Where clients connect: host:port, [v6]:port, :port for every IPv4 address, or unix:/path."
                    + " Default: ${DEFAULT-VALUE}.")
    private String listen = "";

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            required = true,
            description =
                    "A server that gets the plain text: host:port, [v6]:port or unix:/path. Several share the load.")
    private List<String> to = List.of();

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description =
                    "A certificate chain in PEM, the leaf first. Several, each with its --key, are chosen by name.")
    private List<Path> certificates = List.of();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The private key in PEM. Without it, it stands in the file of --cert.")
    private List<Path> keys = List.of();

    @Option(
            names = "--acme",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Without --cert, or beside it: orders a certificate for these host names, and renews it. Port 443 of"
                            + " each has to lead to --listen. Needs --agree-terms.")
    private List<String> ordered = List.of();

    @Option(
            names = "--acme-directory",
            paramLabel = "URL",
            defaultValue = "acme://letsencrypt.org",
            description = "The authority that issues it: an https URL, or acme://HOST. Default: ${DEFAULT-VALUE}.")
    private String directory = "";

    @Option(
            names = "--acme-storage",
            paramLabel = "FOLDER",
            defaultValue = "acme",
            description = "Where the account's key, the certificate and its key are kept. Default: ${DEFAULT-VALUE}.")
    private String storage = "";

    @Option(names = "--contact", paramLabel = "MAIL", description = "A mail address that the authority may write to.")
    private List<String> contact = List.of();

    @Option(
            names = "--agree-terms",
            description = "You have read the terms of service of the authority, and agree to them.")
    private boolean agreeTerms;

    @Option(
            names = "--tls",
            paramLabel = "PROFILE",
            description = "modern, intermediate or old, of Mozilla's guideline. Without it: intermediate.")
    private @Nullable String profile;

    @Option(
            names = "--alpn",
            paramLabel = "NAME",
            split = ",",
            description = "Application protocols in order of preference, as h2,http/1.1.")
    private List<String> alpn = List.of();

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description =
                    "Clients need a certificate that ends in one of these authorities (PEM; system for the JVM's).")
    private List<String> clientAuthorities = List.of();

    @Option(
            names = "--allow",
            paramLabel = "NAME=PATTERN",
            description = "Which of these clients are let in: cn, ou, o, email, dns, uri, ip, issuer, serial or"
                    + " spki-sha256. One that holds is enough. Without --client-ca the key alone counts (spki-sha256).")
    private List<String> allow = List.of();

    @Option(
            names = "--proxy-protocol",
            paramLabel = "VERSION",
            description = "Tells the server who the client is by a PROXY protocol header: v1 or v2.")
    private @Nullable String proxyProtocol;

    @Option(
            names = "--trust-proxy",
            paramLabel = "NETWORK",
            description = "Connections from there begin with a PROXY protocol header: an address or a network.")
    private List<String> trustedProxies = List.of();

    @Option(
            names = "--starttls",
            paramLabel = "KIND",
            description = "Clients begin in plain text and ask for TLS: postgresql, smtp, imap, pop3 or ldap.")
    private @Nullable String startTls;

    @Option(
            names = "--redirect-from",
            paramLabel = "ADDRESS",
            description = "Where plain HTTP comes, written as for --listen. Clients are told to come by https.")
    private @Nullable String redirectFrom;

    @Option(names = "--to-tls", description = "Speaks TLS to the servers, too, and verifies them.")
    private boolean toTls;

    @Option(
            names = "--to-ca",
            paramLabel = "FILE",
            description = "What the servers' certificates must end in. Without it: the JVM's authorities.")
    private List<String> toAuthorities = List.of();

    @Option(
            names = "--to-starttls",
            paramLabel = "KIND",
            description = "Servers are asked for TLS in plain text: postgresql, smtp, imap, pop3 or ldap.")
    private @Nullable String toStartTls;

    @Option(
            names = "--to-name",
            paramLabel = "NAME",
            description = "The name that their certificate must have. Without it: the host of --to.")
    private @Nullable String toName;

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1:9901",
            description = "Metrics, status and the live page; none for no such listener. Default: ${DEFAULT-VALUE}.")
    private String admin = "";

    @Option(
            names = "--access-log",
            paramLabel = "TARGET",
            defaultValue = "stdout",
            description = "One line of JSON for each connection: stdout, none or a file. Default: ${DEFAULT-VALUE}.")
    private String accessLog = "";

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "What the process says of itself: text or json. Default: ${DEFAULT-VALUE}.")
    private String logFormat = "";

    /**
     * The same as a configuration file.
     *
     * @throws ParameterException where flags contradict one another
     */
    String text(CommandLine command) {
        if (!keys.isEmpty() && keys.size() != certificates.size()) {
            throw new ParameterException(
                    command, "--cert and --key (expected: a --key for each --cert, or none; one file may hold both)");
        }
        if (certificates.isEmpty() && ordered.isEmpty()) {
            throw new ParameterException(command, "Missing required option: '--cert=FILE' or '--acme=NAME'");
        }
        if (ordered.isEmpty() && (agreeTerms || !contact.isEmpty())) {
            throw new ParameterException(command, "--agree-terms, --contact (expected: with --acme)");
        }
        if (!toTls && (!toAuthorities.isEmpty() || toName != null || toStartTls != null)) {
            throw new ParameterException(command, "--to-ca, --to-name, --to-starttls (expected: with --to-tls)");
        }
        HoconWriter out = new HoconWriter();
        out.open("sallyport");
        if (!ordered.isEmpty()) {
            writeAuthority(out);
        }
        writeListener(out);
        if (redirectFrom != null) {
            out.open("listeners.http");
            out.value("bind", address(redirectFrom));
            out.raw("redirect", "https");
            out.close();
        }
        writeBackend(out);
        out.value("admin.bind", admin.equals("none") ? "" : admin);
        out.value("access-log.target", accessLog);
        out.value("log.format", logFormat);
        out.close();
        return out.text();
    }

    private void writeAuthority(HoconWriter out) {
        out.open("acme.default");
        out.value("directory", directory);
        out.raw("agree-terms", agreeTerms ? "on" : "off");
        if (!contact.isEmpty()) {
            out.list("contact", contact);
        }
        out.value("storage", storage);
        out.close();
    }

    private void writeListener(HoconWriter out) {
        out.open("listeners.https");
        out.value("bind", address(listen));
        out.raw("backend", "app");
        if (startTls != null) {
            out.value("starttls", startTls);
        }
        if (!trustedProxies.isEmpty()) {
            out.open("proxy-protocol");
            out.raw("accept", "on");
            out.list("trusted", trustedProxies);
            out.close();
        }
        out.open("tls");
        if (profile != null) {
            out.value("profile", profile);
        }
        out.raw("certificates", "[" + String.join(", ", certificateEntries()) + "]");
        if (!alpn.isEmpty()) {
            out.list("alpn", alpn);
        }
        if (!clientAuthorities.isEmpty() || !allow.isEmpty()) {
            out.open("client-auth");
            out.raw("mode", clientAuthorities.isEmpty() ? "pinned" : "require");
            out.list("trust-anchors", clientAuthorities);
            out.raw("allow", allow.stream().map(ServeOptions::rule).collect(Collectors.joining(", ", "[", "]")));
            out.close();
        }
        out.close();
        out.close();
    }

    private void writeBackend(HoconWriter out) {
        out.open("backends.app");
        out.list("servers", to);
        if (proxyProtocol != null) {
            out.value("proxy-protocol.send", proxyProtocol);
        }
        if (toTls) {
            out.open("tls");
            out.raw("enabled", "on");
            if (toStartTls != null) {
                out.value("starttls", toStartTls);
            }
            if (toName != null) {
                out.value("server-name", toName);
            }
            if (!toAuthorities.isEmpty()) {
                out.list("trust-anchors", toAuthorities);
            }
            out.close();
        }
        out.close();
    }

    private List<String> certificateEntries() {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < certificates.size(); i++) {
            Path chain = certificates.get(i);
            Path key = keys.isEmpty() ? chain : keys.get(i);
            entries.add("{ chain = " + quoted(chain.toString()) + ", key = " + quoted(key.toString()) + " }");
        }
        if (!ordered.isEmpty()) {
            entries.add("{ acme = default, names = ["
                    + ordered.stream().map(ServeOptions::quoted).collect(Collectors.joining(", ")) + "] }");
        }
        return entries;
    }

    private static String address(String flag) {
        return flag.startsWith(":") ? "0.0.0.0" + flag : flag;
    }

    private static String rule(String flag) {
        int equals = flag.indexOf('=');
        String name = equals < 0 ? flag : flag.substring(0, equals);
        String pattern = equals < 0 ? "" : flag.substring(equals + 1);
        return "{ " + quoted(name.strip()) + " = " + quoted(pattern) + " }";
    }

    private static String quoted(String text) {
        return ConfigUtil.quoteString(text);
    }
}
