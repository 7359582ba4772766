package io.sallyport.connection;

import io.sallyport.tls.path.ClientCertificateException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs connected clients that would not be let in any more. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.client-auth");

    private Refusals() {}

    static void log(String connectionId, String listener, ClientCertificateException refusal) {
        LOG.atWarn()
                .addKeyValue("connection", connectionId)
                .addKeyValue("listener", listener)
                .addKeyValue("failure", refusal.failure().name())
                .log("a connected client is closed: {}", refusal.getMessage());
    }
}
