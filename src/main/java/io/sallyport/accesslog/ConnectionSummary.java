package io.sallyport.accesslog;

import io.sallyport.metrics.CloseReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one access line tells about a connection, made at its close; or of one that is open, when somebody asks.
 *
 * @param id ties this line to the others about the same connection
 * @param accepted when it was accepted
 * @param client the client's address and port
 * @param proxiedBy the address of whoever told the client's in a PROXY protocol header; null when nobody did
 * @param offer what the client offered; null when no whole ClientHello came
 * @param tls what the handshake agreed on; null when it did not succeed
 * @param backend the backend's name; null when none was dialled
 * @param server the server's address; null when none was reached
 * @param clientToBackend plaintext bytes
 * @param backendToClient plaintext bytes
 * @param handshakeNanos from accept to the end of the handshake; -1 when it did not succeed
 * @param queueNanos the wait for room at a server; -1 when there was none
 * @param connectNanos the dial; -1 when it did not succeed
 * @param totalNanos from accept to the close of the last socket, or until now
 * @param reason null while it is open
 */
public record ConnectionSummary(
        String id,
        Instant accepted,
        String listener,
        String client,
        @Nullable String proxiedBy,
        @Nullable ClientOffer offer,
        @Nullable Tls tls,
        @Nullable String backend,
        @Nullable String server,
        long clientToBackend,
        long backendToClient,
        long handshakeNanos,
        long queueNanos,
        long connectNanos,
        long totalNanos,
        @Nullable CloseReason reason) {

    /**
     * What a handshake agreed on.
     *
     * @param version as {@code TLSv1.3}
     * @param cipher IANA name
     * @param group as {@code X25519MLKEM768}
     * @param alpn null when none was agreed on
     * @param verified whether the client's certificate was
     * @param clientCertificate the subject of the client's certificate; null when it sent none
     */
    public record Tls(
            String version,
            String cipher,
            String group,
            @Nullable String alpn,
            boolean resumed,
            boolean verified,
            @Nullable String clientCertificate) {}
}
