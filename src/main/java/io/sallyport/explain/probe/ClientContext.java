package io.sallyport.explain.probe;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.config.tls.TlsPolicyConfig;
import io.sallyport.config.value.TlsProfile;
import io.sallyport.tls.context.SentServerName;
import io.sallyport.tls.context.TlsPolicy;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A BoringSSL client context, which remembers sessions: a second handler for the same address offers to resume that of the
 * first. Owns native memory.
 */
public final class ClientContext implements AutoCloseable {
    private static final String POST_QUANTUM = "X25519MLKEM768";

    private final SslContext context;
    private final CertificateAsk.Holder asked;
    private final @Nullable String serverName;

    private ClientContext(SslContext context, CertificateAsk.Holder asked, @Nullable String serverName) {
        this.context = context;
        this.asked = asked;
        this.serverName = serverName;
    }

    /**
     * As wide as a client of today that still connects to old servers: the suites of the profile {@code old}, in TLS 1.2 and
     * 1.3.
     *
     * @param postQuantum whether the group that makes the ClientHello larger than one packet is on offer
     * @throws SSLException when BoringSSL cannot use the client's key
     */
    public static ClientContext build(ExplainRequest request, boolean postQuantum) throws SSLException {
        CertificateAsk.Holder asked = new CertificateAsk.Holder();
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .protocols(request.tls12() ? List.of("TLSv1.2") : List.of("TLSv1.2", "TLSv1.3"))
                .ciphers(suites())
                .option(OpenSslContextOption.GROUPS, groups(postQuantum && !request.tls12()))
                .trustManager(new AcceptedForNow())
                .keyManager(new ClientKey(request.client(), asked))
                .endpointIdentificationAlgorithm("")
                .enableOcsp(true);
        if (!request.alpn().isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    request.alpn()));
        }
        return new ClientContext(builder.build(), asked, request.sentName());
    }

    private static List<String> suites() {
        return TlsPolicy.of(new TlsPolicyConfig(TlsProfile.OLD, List.of(), List.of(), List.of(), ""))
                .suites();
    }

    private static String[] groups(boolean postQuantum) {
        return Stream.concat(TlsPolicy.DEFAULT_GROUPS.stream(), Stream.of("P-521"))
                .filter(group -> postQuantum || !group.equals(POST_QUANTUM))
                .toArray(String[]::new);
    }

    /** A handler for one new connection, with no deadline of its own. */
    SslHandler newHandler(ByteBufAllocator allocator, InetSocketAddress peer) {
        // The address, not the name: Netty would send a name that looks like one, whatever the request says.
        SslHandler handler =
                context.newHandler(allocator, peer.getAddress().getHostAddress(), Math.max(1, peer.getPort()));
        handler.setHandshakeTimeoutMillis(0);
        // The connection is closed when everything was seen, not by a clock of the handler's.
        handler.setCloseNotifyFlushTimeoutMillis(0);
        if (serverName != null) {
            SentServerName.set(handler, serverName);
        }
        return handler;
    }

    /** What the server asked of the client's certificate in the latest handshake; null: nothing. */
    @Nullable
    CertificateAsk asked() {
        return asked.get();
    }

    @Override
    public void close() {
        ReferenceCountUtil.release(context);
    }
}
