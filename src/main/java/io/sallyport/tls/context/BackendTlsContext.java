package io.sallyport.tls.context;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.config.value.TlsProfile;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.trust.ServerTrust;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS to the servers of one backend: a BoringSSL client context for each application protocol that may be offered.
 *
 * <p>Owns native memory: {@link #release()} once no connection will ask for a handler any more. No session is kept: what
 * was verified once would not be verified again.
 */
public final class BackendTlsContext {
    /** The key of the context that offers no application protocol. */
    private static final String NONE = "";

    private final @Nullable String serverName;
    private final Map<String, SslContext> byProtocol;
    private final AtomicInteger users = new AtomicInteger(1);

    private BackendTlsContext(@Nullable String serverName, Map<String, SslContext> byProtocol) {
        this.serverName = serverName;
        this.byProtocol = byProtocol;
    }

    /**
     * Builds the contexts. Slow; never on an event loop.
     *
     * @param serverName for all servers; null: each is asked for by its host
     * @param protocols what clients may have agreed on, each to be offered alone
     * @param keys what a server is shown that asks for a certificate
     * @param keyLog null: secrets are kept
     * @throws SSLException when BoringSSL refuses something; nothing native is left then
     */
    public static BackendTlsContext build(
            @Nullable String serverName,
            ServerTrust trust,
            Set<String> protocols,
            List<KeyMaterial> keys,
            @Nullable KeyLog keyLog,
            LiveContexts live)
            throws SSLException {
        Map<String, SslContext> built = new HashMap<>();
        boolean done = false;
        try {
            built.put(NONE, context(trust, null, keys, keyLog, live));
            for (String protocol : protocols) {
                built.put(protocol, context(trust, protocol, keys, keyLog, live));
            }
            BackendTlsContext contexts = new BackendTlsContext(serverName, Map.copyOf(built));
            done = true;
            return contexts;
        } finally {
            // Whatever it was that failed, an Error too: only this method knows of them.
            if (!done) {
                built.values().forEach(ReferenceCountUtil::safeRelease);
            }
        }
    }

    /**
     * A handler for one new connection.
     *
     * @param host of the server's address; null for a unix-domain socket
     * @param protocol what the client agreed on; null when it did not
     * @param timeoutMillis for the handshake; 0: none
     */
    public SslHandler newHandler(
            ByteBufAllocator allocator, @Nullable String host, int port, @Nullable String protocol, int timeoutMillis) {
        String name = serverName == null ? host : serverName;
        SslContext context = Objects.requireNonNull(
                byProtocol.getOrDefault(protocol == null ? NONE : protocol, byProtocol.get(NONE)));
        SslHandler handler = name == null ? context.newHandler(allocator) : context.newHandler(allocator, name, port);
        handler.setHandshakeTimeoutMillis(timeoutMillis);
        if (name != null && !NetUtil.isValidIpV4Address(name) && !NetUtil.isValidIpV6Address(name)) {
            // Netty sends no server name that has no dot in it.
            SSL.setTlsExtHostName(((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer(), name);
        }
        return handler;
    }

    /** Keeps it for one more user, who may be on any thread. */
    public void retain() {
        users.incrementAndGet();
    }

    /** One user less; with the last the native memory is given back. */
    public void release() {
        if (users.decrementAndGet() == 0) {
            byProtocol.values().forEach(ReferenceCountUtil::release);
        }
    }

    private static SslContext context(
            ServerTrust trust,
            @Nullable String protocol,
            List<KeyMaterial> keys,
            @Nullable KeyLog keyLog,
            LiveContexts live)
            throws SSLException {
        TlsPolicy policy = TlsPolicy.of(TlsProfile.INTERMEDIATE);
        List<OpenSslCredential> credentials = new ArrayList<>();
        try {
            for (KeyMaterial key : keys) {
                credentials.add(
                        OpenSslCredentialBuilder.forX509(key.key(), key.chain().toArray(new X509Certificate[0]))
                                .build());
            }
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .protocols(policy.protocols())
                    .ciphers(policy.suites())
                    .option(OpenSslContextOption.GROUPS, policy.groups().toArray(new String[0]))
                    .trustManager(trust)
                    // ServerTrust looks at the name itself, and tells a wrong name from a wrong issuer.
                    .endpointIdentificationAlgorithm(null);
            if (!credentials.isEmpty()) {
                builder.addCredentials(credentials);
            }
            if (protocol != null) {
                builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocol));
            }
            return configured(builder.build(), keyLog, live);
        } catch (SSLException e) {
            throw e;
        } catch (Exception e) {
            throw new SSLException(e.getMessage(), e);
        } finally {
            credentials.forEach(ReferenceCountUtil::safeRelease);
        }
    }

    private static SslContext configured(SslContext context, @Nullable KeyLog keyLog, LiveContexts live) {
        boolean done = false;
        try {
            live.add((ReferenceCountedOpenSslContext) context);
            ((OpenSslSessionContext) context.sessionContext()).setSessionCacheEnabled(false);
            if (keyLog != null) {
                keyLog.follow((ReferenceCountedOpenSslContext) context);
            }
            done = true;
            return context;
        } finally {
            if (!done) {
                ReferenceCountUtil.safeRelease(context);
            }
        }
    }
}
