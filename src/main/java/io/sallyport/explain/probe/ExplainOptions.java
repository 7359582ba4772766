package io.sallyport.explain.probe;

import io.sallyport.config.value.StartTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person may say about an explanation.
 *
 * @param serverName null: what the target suggests
 * @param ca a PEM file with trust anchors; null: the authorities that the JVM ships, and a listener's own roots
 * @param cert a PEM file with the client's certificate and its chain; null: none
 * @param key a PEM file with its private key; null: none
 * @param alpn application protocols on offer, in order
 * @param tls12 whether TLS 1.2 is the highest version on offer
 * @param scan whether to learn everything that the server takes
 * @param timeout for one connection, and again for one handshake
 * @param startTls what is said before TLS; null: what the target suggests
 */
public record ExplainOptions(
        @Nullable String serverName,
        @Nullable Path ca,
        @Nullable Path cert,
        @Nullable Path key,
        List<String> alpn,
        boolean tls12,
        boolean scan,
        Duration timeout,
        @Nullable StartTls startTls) {

    public ExplainOptions {
        alpn = List.copyOf(alpn);
    }
}
