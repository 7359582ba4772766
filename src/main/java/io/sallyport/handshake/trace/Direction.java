package io.sallyport.handshake.trace;

import java.util.Locale;

/** Which way bytes of a handshake travel. */
public enum Direction {
    CLIENT_TO_SERVER,
    SERVER_TO_CLIENT;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** {@code client_to_server} or {@code server_to_client}. */
    public String label() {
        return label;
    }
}
