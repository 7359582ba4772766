package io.sallyport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.sallyport.accesslog.ClientOffer;
import io.sallyport.backend.Backend;
import io.sallyport.config.SendProxyProtocolConfig.Version;
import io.sallyport.proxyprotocol.AddressPair;
import io.sallyport.proxyprotocol.HeaderWriter;
import io.sallyport.proxyprotocol.ProxiedConnection;
import io.sallyport.tls.context.ServerCertificate;
import io.sallyport.tls.context.TlsContext;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Where a connection comes from, as its socket or a PROXY protocol header says, and what a server hears of it. */
final class ClientOrigin {
    private AddressPair endpoints;
    private @Nullable ServerCertificate shown;

    ClientOrigin(Channel frontend) {
        this.endpoints = AddressPair.of(frontend);
    }

    /** The client's address. */
    SocketAddress address() {
        return endpoints.source();
    }

    /** A PROXY protocol header of a trusted peer names the client. */
    void proxied(AddressPair client) {
        endpoints = client;
    }

    /** Called during the handshake: after it BoringSSL no longer knows which certificate the client was shown. */
    void onHandshaking(TlsContext context, SslHandler tls) {
        if (shown == null) {
            shown = context.shownBy(tls);
        }
    }

    /**
     * Writes the header that {@code pool} wants, without a flush, so that it leaves with what comes next.
     *
     * @param server with nothing in its pipeline yet: TLS to the server begins behind the header
     */
    void announce(Channel server, Backend pool, String id, ConnectionJournal journal) {
        if (pool.proxyProtocol().version() == Version.OFF) {
            return;
        }
        ClientOffer offer = journal.offer();
        ByteBuf header = HeaderWriter.write(
                pool.proxyProtocol(),
                new ProxiedConnection(
                        id, endpoints, offer == null ? null : offer.sentServerName(), journal.session(), shown));
        server.write(header);
    }
}
