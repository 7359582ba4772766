package io.sallyport.proxyprotocol;

import io.sallyport.tls.context.ServerCertificate;
import io.sallyport.tls.context.TlsSession;
import org.jspecify.annotations.Nullable;

/**
 * What a server can be told of a client's connection.
 *
 * @param id as in the log
 * @param serverName as the client sent it; null: it sent none
 * @param session null: its TLS does not end here
 * @param serverCertificate the one that the client was shown; null: none was, or which is unknown
 */
public record ProxiedConnection(
        String id,
        AddressPair endpoints,
        @Nullable String serverName,
        @Nullable TlsSession session,
        @Nullable ServerCertificate serverCertificate) {}
