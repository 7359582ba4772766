package io.sallyport.accesslog;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the latest handshakes are chosen by.
 *
 * @param connection its id
 * @param reason a value of the label {@code reason}; null when it succeeded
 * @param source null where the client has no address
 */
public record HandshakeSummary(
        String connection,
        String listener,
        @Nullable String reason,
        @Nullable InetAddress source) {}
