package io.sallyport.server;

import io.sallyport.config.ConfigProblem;
import io.sallyport.config.SessionConfig;
import io.sallyport.tls.TicketKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the ticket keys of the listeners come from. Random ones outlive a reload, so that sessions do too. */
final class TicketKeyStore {
    private final Map<Random, TicketKeys> random = new HashMap<>();

    private record Random(String listener, Duration rotate) {}

    /** The keys of a listener; null where tickets are off or a problem was found. */
    synchronized @Nullable TicketKeys keys(String listener, SessionConfig session, List<ConfigProblem> problems) {
        if (session.tickets() == SessionConfig.Tickets.OFF) {
            return null;
        }
        Path file = session.ticketSecretFile();
        if (file == null) {
            return random.computeIfAbsent(
                    new Random(listener, session.rotate()), each -> TicketKeys.random(each.rotate()));
        }
        byte[] secret = read(file, problems);
        return secret == null ? null : TicketKeys.derived(secret, session.rotate());
    }

    private static byte @Nullable [] read(Path file, List<ConfigProblem> problems) {
        try {
            byte[] secret = Files.readAllBytes(file);
            if (secret.length >= TicketKeys.MIN_SECRET) {
                return secret;
            }
            problems.add(problem(file, secret.length + " bytes"));
        } catch (IOException e) {
            problems.add(problem(file, Files.exists(file) ? "not readable" : "no such file"));
        }
        return null;
    }

    private static ConfigProblem problem(Path file, String found) {
        return new ConfigProblem(
                "",
                file.toString(),
                found + " (expected: a ticket secret of at least " + TicketKeys.MIN_SECRET + " bytes)");
    }
}
