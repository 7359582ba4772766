package io.sallyport.handshake.trace;

import java.util.List;
import java.util.stream.Collectors;

/** The messages that one encrypted record holds, in order. */
record EncryptedRecord(List<EncryptedMessage> messages) {
    EncryptedRecord {
        messages = List.copyOf(messages);
    }

    static EncryptedRecord of(EncryptedMessage... messages) {
        return new EncryptedRecord(List.of(messages));
    }

    boolean holds(EncryptedMessage message) {
        return messages.contains(message);
    }

    String label() {
        return messages.stream().map(EncryptedMessage::label).collect(Collectors.joining(", "));
    }
}
