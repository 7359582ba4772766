package io.sallyport.connection;

import io.sallyport.accept.AcceptSettings;
import io.sallyport.accesslog.ConnectionLog;
import io.sallyport.backend.Backend;
import io.sallyport.config.AcceptProxyProtocolConfig;
import io.sallyport.config.LimitsConfig;
import io.sallyport.config.TimeoutsConfig;
import io.sallyport.config.value.StartTls;
import io.sallyport.metrics.ListenerMeters;
import io.sallyport.redirect.Redirects;
import io.sallyport.sources.Sources;
import io.sallyport.tls.context.ChallengeAnswers;
import org.jspecify.annotations.Nullable;

/**
 * What every connection of one listener shares.
 *
 * @param name the listener's
 * @param proxyProtocol whose connections begin with a PROXY protocol header
 * @param sources whose connections are taken
 * @param routes where its connections go that speak TLS
 * @param plainBackend where they go, and speak plain TCP; null: they speak TLS
 * @param redirects what its clients get, who speak plain HTTP; null: they do not
 * @param recheckClients whether connected clients are judged again when their certificate ends and after a reload
 * @param challenges what certificate authorities get that look whether a name leads here
 * @param version by value, what a connection keeps that began with these
 * @param startTls what its clients say before TLS
 * @param greetingName the host name that greets them then
 * @param directRecords whether our own record path takes over after the handshake
 */
public record ListenerSettings(
        String name,
        AcceptProxyProtocolConfig proxyProtocol,
        Sources sources,
        RouteTable routes,
        @Nullable Backend plainBackend,
        @Nullable Redirects redirects,
        LimitsConfig limits,
        TimeoutsConfig timeouts,
        StartTls startTls,
        String greetingName,
        boolean directRecords,
        boolean recheckClients,
        ListenerMeters meters,
        ConnectionLog log,
        ChallengeAnswers challenges,
        ListenerVersion version)
        implements AcceptSettings {

    /** For connections that are left when the listener is closed: no route takes them, and what they count stays. */
    public ListenerSettings closed() {
        return new ListenerSettings(
                name,
                proxyProtocol,
                sources,
                RouteTable.NONE,
                plainBackend,
                redirects,
                limits,
                timeouts,
                startTls,
                greetingName,
                directRecords,
                recheckClients,
                meters,
                log,
                challenges,
                version);
    }
}
