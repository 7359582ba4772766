package io.sallyport.handshake.trace;

import static io.sallyport.handshake.trace.RecordNames.ALERT;
import static io.sallyport.handshake.trace.RecordNames.APPLICATION_DATA;
import static io.sallyport.handshake.trace.RecordNames.CERTIFICATE;
import static io.sallyport.handshake.trace.RecordNames.EARLY_DATA;
import static io.sallyport.handshake.trace.RecordNames.EXTENSIONS;
import static io.sallyport.handshake.trace.RecordNames.FINISHED;
import static io.sallyport.handshake.trace.RecordNames.HANDSHAKE;
import static io.sallyport.handshake.trace.RecordNames.REQUEST;
import static io.sallyport.handshake.trace.RecordNames.TICKET_OR_DATA;
import static io.sallyport.handshake.trace.RecordNames.VERIFY;

import io.sallyport.handshake.wire.ServerHello;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names the encrypted records of a handshake of TLS 1.3 by their position, which RFC 8446 section 2 fixes, and their size. Both
 * ways of packing are known: a record for each message (OpenSSL, GnuTLS), or one for the flight (BoringSSL, Go, NSS).
 */
final class Tls13Records {
    private final EventLog log;
    private final Tls13Sizes sizes;
    private final boolean resumed;
    private final @Nullable String[] names;

    Tls13Records(EventLog log, ServerHello chosen) {
        this.log = log;
        this.sizes = new Tls13Sizes(chosen.cipherSuite());
        this.resumed = chosen.selectedPsk() >= 0;
        this.names = new String[log.eventCount()];
    }

    /** A name for each encrypted event, null for the others. */
    @Nullable
    String[] names() {
        int[] server = serverFlight();
        int serverEnd = endOf(server);
        int[] client = clientFlight(serverEnd);
        List<String> clientNames = clientNames(client);
        setNames(client, clientNames);
        setNames(server, serverNames(server, clientNames));
        for (int event = 0; event < names.length; event++) {
            if (log.isEncrypted(event) && names[event] == null) {
                names[event] = nameOutsideFlights(event, serverEnd);
            }
            if (log.isEncrypted(event) && isAlert(event, server, endOf(client))) {
                names[event] = ALERT;
            }
        }
        return names;
    }

    private int endOf(int[] flight) {
        return flight.length == 0 ? names.length : flight[flight.length - 1] + 1;
    }

    private String nameOutsideFlights(int event, int serverEnd) {
        if (log.direction(event) == Direction.SERVER_TO_CLIENT) {
            return TICKET_OR_DATA;
        }
        return event < serverEnd ? EARLY_DATA : APPLICATION_DATA;
    }

    private boolean isAlert(int event, int[] server, int clientEnd) {
        if (sizes.isAlert(log.size(event))) {
            return true;
        }
        boolean canBeData = server.length == 0 || event <= server[0] || event >= clientEnd;
        return !canBeData && sizes.isPaddedAlert(log.size(event));
    }

    /** Until the client answers; if a Finished is there, data of the server that follows it is not part of it. */
    private int[] serverFlight() {
        int[] flight = withoutAlert(encrypted(Direction.SERVER_TO_CLIENT, 0, true));
        for (int length = flight.length; length > 0; length--) {
            if (isFinished(flight[length - 1])) {
                return Arrays.copyOf(flight, length);
            }
        }
        return flight;
    }

    /** A client that ends the handshake in the clear leaves nothing between the flight and our last alert. */
    private int[] withoutAlert(int[] flight) {
        int last = flight.length - 1;
        return last >= 0 && sizes.isAlert(log.size(flight[last])) ? Arrays.copyOf(flight, last) : flight;
    }

    /** What follows the server's flight, up to the first that may be Finished. */
    private int[] clientFlight(int serverEnd) {
        int[] flight = encrypted(Direction.CLIENT_TO_SERVER, serverEnd, false);
        for (int length = 1; length <= flight.length; length++) {
            if (isFinished(flight[length - 1])) {
                return Arrays.copyOf(flight, length);
            }
        }
        return flight;
    }

    private int[] encrypted(Direction direction, int from, boolean untilAnswer) {
        int[] events = new int[names.length];
        int count = 0;
        for (int event = from; event < names.length; event++) {
            if (!log.isEncrypted(event)) {
                continue;
            }
            if (log.direction(event) == direction) {
                events[count++] = event;
            } else if (untilAnswer && count > 0) {
                break;
            }
        }
        return Arrays.copyOf(events, count);
    }

    /** A client sends a Certificate only when the server asked for one, which tells of a request inside the one record. */
    private List<String> serverNames(int[] flight, List<String> clientNames) {
        if (flight.length == 1 && sizes.exceedsFinished(log.size(flight[0]))) {
            if (resumed) {
                return List.of(joined(EXTENSIONS, FINISHED));
            }
            boolean requested = clientNames.stream().anyMatch(name -> name.startsWith(CERTIFICATE));
            return List.of(
                    requested
                            ? joined(EXTENSIONS, REQUEST, CERTIFICATE, VERIFY, FINISHED)
                            : joined(EXTENSIONS, CERTIFICATE, VERIFY, FINISHED));
        }
        if (flight.length < 2 || !endsFinished(flight)) {
            return surrounded(flight.length, EXTENSIONS, HANDSHAKE);
        }
        return switch (flight.length) {
            case 2 -> List.of(resumed ? EXTENSIONS : joined(EXTENSIONS, CERTIFICATE, VERIFY), FINISHED);
            case 4 -> List.of(EXTENSIONS, CERTIFICATE, VERIFY, FINISHED);
            case 5 -> List.of(EXTENSIONS, REQUEST, CERTIFICATE, VERIFY, FINISHED);
            default -> surrounded(flight.length, EXTENSIONS, FINISHED);
        };
    }

    private List<String> clientNames(int[] flight) {
        if (endsFinished(flight)) {
            boolean empty = sizes.isEmptyCertificate(log.size(flight[0]));
            return switch (flight.length) {
                case 1 -> List.of(FINISHED);
                case 2 -> List.of(empty ? CERTIFICATE : joined(CERTIFICATE, VERIFY), FINISHED);
                case 3 -> List.of(CERTIFICATE, VERIFY, FINISHED);
                default -> surrounded(flight.length, HANDSHAKE, FINISHED);
            };
        }
        if (flight.length == 1 && sizes.exceedsFinished(log.size(flight[0]))) {
            boolean empty = sizes.isEmptyCertificateAndFinished(log.size(flight[0]));
            return List.of(empty ? joined(CERTIFICATE, FINISHED) : joined(CERTIFICATE, VERIFY, FINISHED));
        }
        return surrounded(flight.length, HANDSHAKE, HANDSHAKE);
    }

    private boolean isFinished(int event) {
        return sizes.isFinished(log.size(event));
    }

    private boolean endsFinished(int[] flight) {
        return flight.length > 0 && isFinished(flight[flight.length - 1]);
    }

    private static List<String> surrounded(int length, String first, String last) {
        List<String> inOrder = new ArrayList<>(Collections.nCopies(length, HANDSHAKE));
        if (length > 1) {
            inOrder.set(length - 1, last);
        }
        if (length > 0) {
            inOrder.set(0, first);
        }
        return inOrder;
    }

    private void setNames(int[] flight, List<String> inOrder) {
        for (int i = 0; i < flight.length; i++) {
            names[flight[i]] = inOrder.get(i);
        }
    }

    private static String joined(String... inOrder) {
        return String.join(", ", inOrder);
    }
}
