package io.sallyport.connection;

import io.sallyport.backend.Backend;
import io.sallyport.config.ClientAuthConfig;
import io.sallyport.config.TimeoutsConfig;
import io.sallyport.observe.ConnectionLog;
import io.sallyport.observe.ListenerMeters;
import io.sallyport.tls.TlsContext;

/**
 * What every connection of one listener shares.
 *
 * @param name the listener's
 * @param directRecords whether our own record path takes over after the handshake
 */
public record ListenerSettings(
        String name,
        TlsContext tls,
        ClientAuthConfig.Mode clientAuth,
        Backend backend,
        TimeoutsConfig timeouts,
        boolean directRecords,
        ListenerMeters meters,
        ConnectionLog log) {}
