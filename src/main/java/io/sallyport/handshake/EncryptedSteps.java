package io.sallyport.handshake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names the encrypted records of a handshake. In TLS 1.3 all that shows is their size and position: Finished and alerts have
 * a size of their own (RFC 8446 sections 4.4.4 and 6), and the order of the rest is fixed (section 2). In older versions
 * the content type tells, and Finished is the first handshake record after ChangeCipherSpec.
 */
final class EncryptedSteps {
    static final String ALERT = "Alert";
    static final String FINISHED = "Finished";

    private static final String APPLICATION_DATA = "application data";
    private static final String HANDSHAKE = "encrypted handshake";
    private static final String AFTERWARDS = "NewSessionTicket or application data";
    private static final String EARLY_DATA = "early data";
    private static final String EXTENSIONS = "EncryptedExtensions";
    private static final String REQUEST = "CertificateRequest";
    private static final String CERTIFICATE = "Certificate";
    private static final String VERIFY = "CertificateVerify";

    private static final int CONTENT_TYPE_BYTE = 1;
    private static final int ALERT_LENGTH = 2;
    // No context, an empty list (RFC 8446 section 4.4.2).
    private static final int EMPTY_CERTIFICATE = HandshakeHeader.LENGTH + 4;
    private static final int TLS_AES_256_GCM_SHA384 = 0x1302;
    private static final int TLS_AES_128_CCM_8_SHA256 = 0x1305;

    private final EventLog log;
    private final @Nullable ServerHello serverHello;
    private final @Nullable String[] names;

    EncryptedSteps(EventLog log, @Nullable ServerHello serverHello) {
        this.log = log;
        this.serverHello = serverHello;
        this.names = new String[log.eventCount()];
        if (serverHello != null && serverHello.isTls13()) {
            nameTls13(serverHello);
        } else {
            nameOlder();
        }
    }

    /** The name of an encrypted event. */
    String name(int event) {
        String name = names[event];
        return name == null ? HANDSHAKE : name;
    }

    /** Whether the name is a conclusion from size and position. */
    boolean isGuess(int event) {
        return serverHello != null && serverHello.isTls13() && !HANDSHAKE.equals(name(event));
    }

    private void nameOlder() {
        Set<Direction> finished = EnumSet.noneOf(Direction.class);
        for (int event = 0; event < names.length; event++) {
            if (!log.isEncrypted(event)) {
                continue;
            }
            switch (log.contentType(event)) {
                case ContentTypes.HANDSHAKE -> names[event] = finished.add(log.direction(event)) ? FINISHED : HANDSHAKE;
                case ContentTypes.ALERT -> names[event] = ALERT;
                default -> names[event] = APPLICATION_DATA;
            }
        }
    }

    private void nameTls13(ServerHello chosen) {
        int overhead = CONTENT_TYPE_BYTE + (chosen.cipherSuite() == TLS_AES_128_CCM_8_SHA256 ? 8 : 16);
        int hash = chosen.cipherSuite() == TLS_AES_256_GCM_SHA384 ? 48 : 32;
        int finishedSize = HandshakeHeader.LENGTH + hash + overhead;
        int[] serverFlight = flight(Direction.SERVER_TO_CLIENT, 0, Direction.CLIENT_TO_SERVER);
        int serverEnd = serverFlight.length == 0 ? names.length : serverFlight[serverFlight.length - 1] + 1;
        int[] clientFlight = untilSize(finishedSize, flight(Direction.CLIENT_TO_SERVER, serverEnd, null));
        int clientEnd = clientFlight.length == 0 ? names.length : clientFlight[clientFlight.length - 1] + 1;
        setNames(serverFlight, serverFlight(serverFlight, finishedSize, chosen.selectedPsk() >= 0));
        setNames(clientFlight, clientFlight(clientFlight, finishedSize, EMPTY_CERTIFICATE + overhead));
        for (int event = 0; event < names.length; event++) {
            if (!log.isEncrypted(event)) {
                continue;
            }
            if (log.size(event) == ALERT_LENGTH + overhead) {
                names[event] = ALERT;
            } else if (names[event] == null) {
                names[event] = nameOutsideFlights(event, serverEnd, clientEnd);
            }
        }
    }

    private String nameOutsideFlights(int event, int serverEnd, int clientEnd) {
        if (log.direction(event) == Direction.SERVER_TO_CLIENT) {
            return AFTERWARDS;
        }
        if (event < serverEnd) {
            return EARLY_DATA;
        }
        return event < clientEnd ? HANDSHAKE : APPLICATION_DATA;
    }

    /** The encrypted events of one direction, up to the first of the other direction after them. */
    private int[] flight(Direction direction, int from, @Nullable Direction until) {
        int[] flight = new int[names.length];
        int count = 0;
        for (int event = from; event < names.length; event++) {
            if (!log.isEncrypted(event)) {
                continue;
            }
            if (log.direction(event) == direction) {
                flight[count++] = event;
            } else if (count > 0 && log.direction(event) == until) {
                break;
            }
        }
        return Arrays.copyOf(flight, count);
    }

    /** Up to and with the first event of that size; all if none has it. */
    private int[] untilSize(int size, int[] flight) {
        for (int i = 0; i < flight.length; i++) {
            if (log.size(flight[i]) == size) {
                return Arrays.copyOf(flight, i + 1);
            }
        }
        return flight;
    }

    private List<String> serverFlight(int[] flight, int finishedSize, boolean resumed) {
        boolean finished = endsWith(flight, finishedSize);
        if (flight.length == 1 && last(flight) > finishedSize) {
            return List.of(resumed ? joined(EXTENSIONS, FINISHED) : joined(EXTENSIONS, CERTIFICATE, VERIFY, FINISHED));
        }
        if (!finished || flight.length == 1) {
            return surrounded(flight.length, EXTENSIONS, HANDSHAKE);
        }
        return switch (flight.length) {
            case 2 -> List.of(resumed ? EXTENSIONS : joined(EXTENSIONS, CERTIFICATE, VERIFY), FINISHED);
            case 4 -> List.of(EXTENSIONS, CERTIFICATE, VERIFY, FINISHED);
            case 5 -> List.of(EXTENSIONS, REQUEST, CERTIFICATE, VERIFY, FINISHED);
            default -> surrounded(flight.length, EXTENSIONS, FINISHED);
        };
    }

    private List<String> clientFlight(int[] flight, int finishedSize, int emptyCertificateSize) {
        if (endsWith(flight, finishedSize)) {
            boolean empty = log.size(flight[0]) == emptyCertificateSize;
            return switch (flight.length) {
                case 1 -> List.of(FINISHED);
                case 2 -> List.of(empty ? CERTIFICATE : joined(CERTIFICATE, VERIFY), FINISHED);
                case 3 -> List.of(CERTIFICATE, VERIFY, FINISHED);
                default -> surrounded(flight.length, HANDSHAKE, FINISHED);
            };
        }
        if (flight.length == 1 && last(flight) > finishedSize) {
            boolean empty = last(flight) == finishedSize + EMPTY_CERTIFICATE;
            return List.of(empty ? joined(CERTIFICATE, FINISHED) : joined(CERTIFICATE, VERIFY, FINISHED));
        }
        return surrounded(flight.length, HANDSHAKE, HANDSHAKE);
    }

    private boolean endsWith(int[] flight, int size) {
        return flight.length > 0 && last(flight) == size;
    }

    private int last(int[] flight) {
        return log.size(flight[flight.length - 1]);
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
