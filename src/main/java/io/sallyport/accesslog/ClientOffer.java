package io.sallyport.accesslog;

import io.sallyport.handshake.trace.Ja4;
import io.sallyport.handshake.wire.ClientHello;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a ClientHello after the handshake: under 700 bytes, where the whole of it may have 16 KiB.
 *
 * @param serverName lower-case, without a trailing dot; null when none or a malformed one was sent
 * @param sentServerName the same to the letter
 * @param ja4 the fingerprint
 */
public record ClientOffer(
        @Nullable String serverName, @Nullable String sentServerName, String ja4) {

    public static ClientOffer of(ClientHello hello) {
        return new ClientOffer(hello.serverName(), hello.sentServerName(), Ja4.of(hello));
    }
}
