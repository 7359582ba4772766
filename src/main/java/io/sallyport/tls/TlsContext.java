package io.sallyport.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.config.ClientAuthConfig;
import io.sallyport.config.SessionConfig;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;

/**
 * One BoringSSL server context with all that belongs to it.
 *
 * <p>Owns native memory: {@link #release()} once no connection will ask for a handler any more. Connections under way
 * keep what they need.
 */
public final class TlsContext {
    private final SslContext context;
    private final long engineOptionsToSet;
    private final boolean serverOrder;

    private TlsContext(SslContext context, boolean tickets, boolean serverOrder) {
        this.context = context;
        this.engineOptionsToSet = tickets ? 0 : SSL.SSL_OP_NO_TICKET;
        this.serverOrder = serverOrder;
    }

    /**
     * Builds a context. Slow; never on an event loop.
     *
     * @param keys in order of preference; the first that the client can verify is used
     * @param trust judges client certificates; asked only when {@code mode} wants one
     * @param sessionIdContext 32 bytes; a session made under another value never resumes here. Netty gives every server
     *     context the same one, so a session made without a client certificate would pass where one is required
     * @throws SSLException when BoringSSL refuses something
     */
    public static TlsContext build(
            TlsPolicy policy,
            List<KeyMaterial> keys,
            ClientAuthConfig.Mode mode,
            X509TrustManager trust,
            SessionConfig session,
            byte[] sessionIdContext)
            throws SSLException {
        List<OpenSslCredential> credentials = new ArrayList<>();
        try {
            for (KeyMaterial key : keys) {
                credentials.add(
                        OpenSslCredentialBuilder.forX509(key.key(), key.chain().toArray(new X509Certificate[0]))
                                .build());
            }
            SslContext context = SslContextBuilder.forServer(new CredentialKeyManager())
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .addCredentials(credentials)
                    .protocols(policy.protocols())
                    .ciphers(policy.suites())
                    .option(OpenSslContextOption.GROUPS, policy.groups().toArray(new String[0]))
                    // Without one, each build would load the JVM's certificate authorities (25 to 190 ms).
                    .trustManager(trust)
                    .clientAuth(clientAuth(mode))
                    .build();
            return configured(context, policy, session, sessionIdContext);
        } catch (SSLException e) {
            throw e;
        } catch (Exception e) {
            throw new SSLException(e.getMessage(), e);
        } finally {
            credentials.forEach(ReferenceCountUtil::safeRelease);
        }
    }

    /** A handler for one new connection, with no deadline of its own. */
    public SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(0);
        long ssl = ((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer();
        if (engineOptionsToSet != 0) {
            SSL.setOptions(ssl, Math.toIntExact(engineOptionsToSet));
        }
        if (!serverOrder) {
            SSL.clearOptions(ssl, SSL.SSL_OP_CIPHER_SERVER_PREFERENCE);
        }
        return handler;
    }

    /** Gives the native memory back. */
    public void release() {
        ReferenceCountUtil.release(context);
    }

    private static TlsContext configured(
            SslContext context, TlsPolicy policy, SessionConfig session, byte[] sessionIdContext) {
        OpenSslServerSessionContext sessions = (OpenSslServerSessionContext) context.sessionContext();
        if (!sessions.setSessionIdContext(sessionIdContext)) {
            ReferenceCountUtil.release(context);
            throw new IllegalStateException("BoringSSL refused the session id context");
        }
        sessions.setSessionCacheEnabled(session.cacheSize() > 0);
        if (session.cacheSize() > 0) {
            sessions.setSessionCacheSize(session.cacheSize());
        }
        sessions.setSessionTimeout(Math.toIntExact(session.timeout().toSeconds()));
        return new TlsContext(context, session.tickets() == SessionConfig.Tickets.AUTO, policy.serverOrder());
    }

    private static ClientAuth clientAuth(ClientAuthConfig.Mode mode) {
        return switch (mode) {
            case NONE -> ClientAuth.NONE;
            case REQUEST -> ClientAuth.OPTIONAL;
            case REQUIRE -> ClientAuth.REQUIRE;
        };
    }
}
