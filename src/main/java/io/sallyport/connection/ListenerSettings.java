package io.sallyport.connection;

import io.sallyport.backend.Backend;
import io.sallyport.config.AcceptProxyProtocolConfig;
import io.sallyport.config.LimitsConfig;
import io.sallyport.config.TimeoutsConfig;
import io.sallyport.observe.ConnectionLog;
import io.sallyport.observe.ListenerMeters;
import io.sallyport.tls.TicketKeys;
import org.jspecify.annotations.Nullable;

/**
 * What every connection of one listener shares.
 *
 * @param name the listener's
 * @param proxyProtocol whose connections begin with a PROXY protocol header
 * @param routes where its connections go that speak TLS
 * @param plainBackend where they go, and speak plain TCP; null: they speak TLS
 * @param ticketKeys of its sessions; null: no tickets
 * @param recheckClients whether connected clients are judged again when their certificate ends and after a reload
 * @param directRecords whether our own record path takes over after the handshake
 */
public record ListenerSettings(
        String name,
        AcceptProxyProtocolConfig proxyProtocol,
        RouteTable routes,
        @Nullable Backend plainBackend,
        LimitsConfig limits,
        TimeoutsConfig timeouts,
        @Nullable TicketKeys ticketKeys,
        boolean directRecords,
        boolean recheckClients,
        ListenerMeters meters,
        ConnectionLog log) {}
