package io.sallyport.handshake.trace;

import io.sallyport.handshake.iana.ContentTypes;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.trace.HandshakeTranscript.AlertSeen;
import io.sallyport.handshake.trace.HandshakeTranscript.Kind;
import io.sallyport.handshake.trace.HandshakeTranscript.RecordSeen;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.handshake.wire.HandshakeMessage;
import io.sallyport.handshake.wire.ServerHello;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts what a trace recorded into words. */
final class TranscriptWriter {
    private final EventLog log;
    private final TracedDirection client;
    private final TracedDirection server;
    private final @Nullable ClientHello clientHello;
    private final @Nullable ServerHello serverHello;
    private final EncryptedSteps encrypted;
    private final List<Step> steps = new ArrayList<>();
    private final List<AlertSeen> alerts = new ArrayList<>();
    private boolean clientHelloSeen;

    TranscriptWriter(TraceState state, TracedDirection client, TracedDirection server) {
        this.log = state.log();
        this.client = client;
        this.server = server;
        this.clientHello = state.clientHello();
        this.serverHello = state.serverHello();
        this.encrypted = new EncryptedSteps(log, serverHello);
    }

    HandshakeTranscript write() {
        for (int event = 0; event < log.eventCount(); event++) {
            steps.add(step(event));
        }
        addLoneHeader(client);
        addLoneHeader(server);
        return new HandshakeTranscript(
                clientHello,
                serverHello,
                steps,
                records(),
                log.recordsNotKept(),
                alerts,
                client.records().bytes(),
                server.records().bytes(),
                client.records().unreadableAt(),
                server.records().unreadableAt());
    }

    private Step step(int event) {
        if (log.isEncrypted(event)) {
            String detail = encrypted.isGuess(event) ? "encrypted, told by size and position" : "encrypted";
            return new Step(
                    log.direction(event),
                    encrypted.isAlert(event) ? Kind.ALERT : Kind.ENCRYPTED,
                    encrypted.record(event).label(),
                    log.size(event),
                    log.nanos(event),
                    log.isComplete(event),
                    detail,
                    HandshakeTranscript.NO_TYPE,
                    null);
        }
        return switch (log.contentType(event)) {
            case ContentTypes.HANDSHAKE -> message(event);
            case ContentTypes.ALERT -> alert(event);
            case ContentTypes.CHANGE_CIPHER_SPEC -> plain(event, Kind.CHANGE_CIPHER_SPEC, "ChangeCipherSpec");
            default -> plain(event, Kind.OTHER, ContentTypes.name(log.contentType(event)));
        };
    }

    private Step message(int event) {
        HandshakeMessage message = log.message(event);
        if (log.subtype(event) == HandshakeTypes.CLIENT_HELLO && !clientHelloSeen) {
            clientHelloSeen = true;
            message = message == null ? clientHello : message;
        }
        boolean retry = message instanceof ServerHello hello && hello.retry();
        return new Step(
                log.direction(event),
                Kind.MESSAGE,
                retry ? "HelloRetryRequest" : HandshakeTypes.name(log.subtype(event)),
                log.size(event),
                log.nanos(event),
                log.isComplete(event),
                message == null ? "" : message.describe(),
                log.subtype(event),
                message);
    }

    private Step alert(int event) {
        AlertSeen alert = new AlertSeen(log.direction(event), log.size(event), log.subtype(event), log.nanos(event));
        alerts.add(alert);
        String level = alert.isFatal() ? "fatal: " : "warning: ";
        return new Step(
                alert.direction(),
                Kind.ALERT,
                EncryptedMessage.ALERT.label(),
                2,
                alert.nanos(),
                true,
                level + alert.name(),
                HandshakeTranscript.NO_TYPE,
                null);
    }

    private Step plain(int event, Kind kind, String what) {
        return new Step(
                log.direction(event),
                kind,
                what,
                log.size(event),
                log.nanos(event),
                log.isComplete(event),
                "",
                HandshakeTranscript.NO_TYPE,
                null);
    }

    /** A header without its body is no event yet, but tells where the bytes ended. */
    private void addLoneHeader(TracedDirection direction) {
        int bytes = direction.loneHeaderBytes();
        if (bytes > 0) {
            steps.add(new Step(
                    direction.direction(),
                    Kind.OTHER,
                    "incomplete record",
                    bytes,
                    direction.lastNanos(),
                    false,
                    "",
                    HandshakeTranscript.NO_TYPE,
                    null));
        }
    }

    private List<RecordSeen> records() {
        List<RecordSeen> records = new ArrayList<>(log.recordCount());
        for (int record = 0; record < log.recordCount(); record++) {
            records.add(new RecordSeen(
                    log.recordDirection(record),
                    log.recordType(record),
                    log.recordLength(record),
                    log.recordNanos(record)));
        }
        return records;
    }
}
