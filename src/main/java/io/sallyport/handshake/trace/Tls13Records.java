package io.sallyport.handshake.trace;

import static io.sallyport.handshake.trace.EncryptedMessage.CERTIFICATE;
import static io.sallyport.handshake.trace.EncryptedMessage.CERTIFICATE_REQUEST;
import static io.sallyport.handshake.trace.EncryptedMessage.CERTIFICATE_VERIFY;
import static io.sallyport.handshake.trace.EncryptedMessage.ENCRYPTED_EXTENSIONS;
import static io.sallyport.handshake.trace.EncryptedMessage.FINISHED;
import static io.sallyport.handshake.trace.EncryptedMessage.HANDSHAKE;

import io.sallyport.handshake.wire.ServerHello;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the encrypted records of a handshake of TLS 1.3 hold by their position, which RFC 8446 section 2 fixes, and their size. Both
 * ways of packing are known: a record for each message (OpenSSL, GnuTLS), or one for the flight (BoringSSL, Go, NSS).
 */
final class Tls13Records {
    private final EventLog log;
    private final Tls13Sizes sizes;
    private final boolean resumed;
    private final @Nullable EncryptedRecord[] records;

    Tls13Records(EventLog log, ServerHello chosen) {
        this.log = log;
        this.sizes = new Tls13Sizes(chosen.cipherSuite());
        this.resumed = chosen.selectedPsk() >= 0;
        this.records = new EncryptedRecord[log.eventCount()];
    }

    /** One for each encrypted event, null for the others. */
    @Nullable
    EncryptedRecord[] records() {
        int[] server = serverFlight();
        int serverEnd = endOf(server);
        int[] client = clientFlight(serverEnd);
        List<EncryptedRecord> clientRecords = clientRecords(client);
        setRecords(client, clientRecords);
        setRecords(server, serverRecords(server, clientRecords));
        for (int event = 0; event < records.length; event++) {
            if (log.isEncrypted(event) && records[event] == null) {
                records[event] = EncryptedRecord.of(outsideFlights(event, serverEnd));
            }
            if (log.isEncrypted(event) && isAlert(event, server, endOf(client))) {
                records[event] = EncryptedRecord.of(EncryptedMessage.ALERT);
            }
        }
        return records;
    }

    private int endOf(int[] flight) {
        return flight.length == 0 ? records.length : flight[flight.length - 1] + 1;
    }

    private EncryptedMessage outsideFlights(int event, int serverEnd) {
        if (log.direction(event) == Direction.SERVER_TO_CLIENT) {
            return EncryptedMessage.TICKET_OR_DATA;
        }
        return event < serverEnd ? EncryptedMessage.EARLY_DATA : EncryptedMessage.APPLICATION_DATA;
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
        int[] events = new int[records.length];
        int count = 0;
        for (int event = from; event < records.length; event++) {
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
    private List<EncryptedRecord> serverRecords(int[] flight, List<EncryptedRecord> clientRecords) {
        if (flight.length == 1 && sizes.exceedsFinished(log.size(flight[0]))) {
            if (resumed) {
                return List.of(EncryptedRecord.of(ENCRYPTED_EXTENSIONS, FINISHED));
            }
            boolean requested = clientRecords.stream().anyMatch(record -> record.holds(CERTIFICATE));
            return List.of(
                    requested
                            ? EncryptedRecord.of(
                                    ENCRYPTED_EXTENSIONS,
                                    CERTIFICATE_REQUEST,
                                    CERTIFICATE,
                                    CERTIFICATE_VERIFY,
                                    FINISHED)
                            : EncryptedRecord.of(ENCRYPTED_EXTENSIONS, CERTIFICATE, CERTIFICATE_VERIFY, FINISHED));
        }
        if (flight.length < 2 || !endsFinished(flight)) {
            return surrounded(flight.length, ENCRYPTED_EXTENSIONS, HANDSHAKE);
        }
        return switch (flight.length) {
            case 2 ->
                List.of(
                        resumed
                                ? EncryptedRecord.of(ENCRYPTED_EXTENSIONS)
                                : EncryptedRecord.of(ENCRYPTED_EXTENSIONS, CERTIFICATE, CERTIFICATE_VERIFY),
                        EncryptedRecord.of(FINISHED));
            case 4 -> each(ENCRYPTED_EXTENSIONS, CERTIFICATE, CERTIFICATE_VERIFY, FINISHED);
            case 5 -> each(ENCRYPTED_EXTENSIONS, CERTIFICATE_REQUEST, CERTIFICATE, CERTIFICATE_VERIFY, FINISHED);
            default -> surrounded(flight.length, ENCRYPTED_EXTENSIONS, FINISHED);
        };
    }

    private List<EncryptedRecord> clientRecords(int[] flight) {
        if (endsFinished(flight)) {
            boolean empty = sizes.isEmptyCertificate(log.size(flight[0]));
            return switch (flight.length) {
                case 1 -> List.of(EncryptedRecord.of(FINISHED));
                case 2 ->
                    List.of(
                            empty
                                    ? EncryptedRecord.of(CERTIFICATE)
                                    : EncryptedRecord.of(CERTIFICATE, CERTIFICATE_VERIFY),
                            EncryptedRecord.of(FINISHED));
                case 3 -> each(CERTIFICATE, CERTIFICATE_VERIFY, FINISHED);
                default -> surrounded(flight.length, HANDSHAKE, FINISHED);
            };
        }
        if (flight.length == 1 && sizes.exceedsFinished(log.size(flight[0]))) {
            boolean empty = sizes.isEmptyCertificateAndFinished(log.size(flight[0]));
            return List.of(
                    empty
                            ? EncryptedRecord.of(CERTIFICATE, FINISHED)
                            : EncryptedRecord.of(CERTIFICATE, CERTIFICATE_VERIFY, FINISHED));
        }
        return surrounded(flight.length, HANDSHAKE, HANDSHAKE);
    }

    private boolean isFinished(int event) {
        return sizes.isFinished(log.size(event));
    }

    private boolean endsFinished(int[] flight) {
        return flight.length > 0 && isFinished(flight[flight.length - 1]);
    }

    private static List<EncryptedRecord> each(EncryptedMessage... inOrder) {
        return Stream.of(inOrder).map(EncryptedRecord::of).toList();
    }

    private static List<EncryptedRecord> surrounded(int length, EncryptedMessage first, EncryptedMessage last) {
        List<EncryptedRecord> inOrder = new ArrayList<>(Collections.nCopies(length, EncryptedRecord.of(HANDSHAKE)));
        if (length > 1) {
            inOrder.set(length - 1, EncryptedRecord.of(last));
        }
        if (length > 0) {
            inOrder.set(0, EncryptedRecord.of(first));
        }
        return inOrder;
    }

    private void setRecords(int[] flight, List<EncryptedRecord> inOrder) {
        for (int i = 0; i < flight.length; i++) {
            records[flight[i]] = inOrder.get(i);
        }
    }
}
