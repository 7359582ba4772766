package io.sallyport.cli;

import io.sallyport.acme.StoredCertificate;
import io.sallyport.config.ConfigLoader;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.hocon.ConfigException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code acme}. */
@Command(
        name = "acme",
        description = "Certificates that an authority issues: what there is of them, and another one now.")
final class AcmeCommand {
    private final Console console;

    AcmeCommand(Console console) {
        this.console = console;
    }

    @Command(name = "status", description = "Tells what is in the storage of each certificate. Asks nobody.")
    int status(@Mixin ConfigFile file) throws ConfigException {
        Instant now = Instant.now();
        List<StoredCertificate> all = certificates(file);
        all.forEach(each -> console.out().println(line(each, now)));
        if (all.isEmpty()) {
            console.out().println("no certificate is ordered from an authority");
        }
        return ExitCode.OK;
    }

    @Command(
            name = "renew",
            description = "Has the proxy that runs on the storage order certificates now, whatever is left of them."
                    + " It does so within seconds; GET /status tells what came of it.")
    int renew(
            @Mixin ConfigFile file,
            @Parameters(paramLabel = "NAME", arity = "1..*", description = "A name that the certificate is for.")
                    List<String> names)
            throws ConfigException {
        List<StoredCertificate> all = certificates(file);
        for (String name : names) {
            List<StoredCertificate> found =
                    all.stream().filter(each -> each.names().contains(name)).toList();
            if (found.isEmpty()) {
                console.err()
                        .println(name + ": no certificate with this name is ordered (expected: one of "
                                + all.stream()
                                        .flatMap(each -> each.names().stream())
                                        .toList() + ")");
                return ExitCode.FAILURE;
            }
            for (StoredCertificate each : found) {
                try {
                    each.renew();
                    console.out().println(name + ": asked for");
                } catch (IOException e) {
                    console.err().println(each.file().getParent() + ": cannot be written: " + e);
                    return ExitCode.FAILURE;
                }
            }
        }
        return ExitCode.OK;
    }

    private static String line(StoredCertificate certificate, Instant now) {
        @Nullable Instant notAfter = certificate.notAfter(now);
        String state =
                notAfter == null ? "none yet" : now.isBefore(notAfter) ? "until " + notAfter : "over since " + notAfter;
        return String.join(" ", certificate.names()) + ": " + state + ", from " + certificate.authority()
                + " by " + certificate.challenge()
                + (certificate.isPending() ? ", an order is under way" : "") + " (" + certificate.file() + ")";
    }

    private static List<StoredCertificate> certificates(ConfigFile file) throws ConfigException {
        return StoredCertificate.of(ConfigLoader.load(file.path()).listeners().values().stream()
                .map(ListenerConfig::certificates)
                .flatMap(List::stream));
    }
}
