package io.sallyport.server;

import io.sallyport.config.SessionConfig;
import io.sallyport.tls.Findings;
import io.sallyport.tls.TicketKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the ticket keys of the listeners come from. Random ones outlive a reload, so that sessions do too. */
final class TicketKeyStore {
    private final Map<Random, TicketKeys> random = new HashMap<>();

    private record Random(String listener, Duration rotate) {}

    /** The keys of a listener; null where tickets are off or a problem was found. */
    synchronized @Nullable TicketKeys keys(String listener, SessionConfig session, String where, Findings findings) {
        if (session.tickets() == SessionConfig.Tickets.OFF) {
            return null;
        }
        Path file = session.ticketSecretFile();
        if (file == null) {
            return random.computeIfAbsent(
                    new Random(listener, session.rotate()), each -> TicketKeys.random(each.rotate()));
        }
        return TicketKeys.fromFile(file, session.rotate(), where, findings).orElse(null);
    }
}
