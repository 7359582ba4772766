package io.sallyport.tls.context;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.config.tls.BackendTlsConfig;
import io.sallyport.config.value.TlsProfile;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.RemoteKey;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.trust.ServerTrust;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS to the servers of one backend: a BoringSSL client context for each application protocol that may be offered.
 *
 * <p>Owns native memory: each user releases it once no connection will ask for a handler any more. No session is kept: what
 * was verified once would not be verified again.
 */
public final class BackendTlsContext extends SharedContext {
    /** The key of the context that offers no application protocol. */
    private static final String NONE = "";

    private final @Nullable String serverName;
    private final Map<String, SslContext> byProtocol;

    private BackendTlsContext(Object key, @Nullable String serverName, Map<String, SslContext> byProtocol) {
        super(key);
        this.serverName = serverName;
        this.byProtocol = byProtocol;
    }

    /** All that it is built from, by value, less what never changes in a process. */
    private record Key(
            BackendTlsConfig config, TrustAnchors anchors, Set<String> protocols, List<StapledKey.Identity> keys) {}

    /**
     * The contexts of one backend, from {@code pool} or built. Slow; never on an event loop.
     *
     * @param protocols what clients may have agreed on, each to be offered alone
     * @param keys what a server is shown that asks for a certificate
     * @param keyLog null: secrets are kept
     * @param pool owns what is built
     * @throws SSLException when BoringSSL refuses something; nothing native is left of it then
     */
    public static BackendTlsContext build(
            BackendTlsConfig config,
            TrustAnchors anchors,
            Set<String> protocols,
            List<KeyMaterial> keys,
            @Nullable KeyLog keyLog,
            LiveContexts live,
            ContextPool pool)
            throws SSLException {
        Object key = new Key(
                config,
                anchors,
                Set.copyOf(protocols),
                keys.stream().map(each -> new StapledKey(each, null).identity()).toList());
        return pool.get(key, BackendTlsContext.class, () -> {
            ServerTrust trust = new ServerTrust(config, anchors, InstantSource.system());
            return new BackendTlsContext(key, config.serverName(), contexts(trust, protocols, keys, keyLog, live));
        });
    }

    private static Map<String, SslContext> contexts(
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
            done = true;
            return Map.copyOf(built);
        } finally {
            // Whatever it was that failed, an Error too: only this method knows of them.
            if (!done) {
                built.values().forEach(ReferenceCountUtil::safeRelease);
            }
        }
    }

    /** Adds it to the pool of another generation. */
    public void retainIn(ContextPool pool) {
        pool.retain(this);
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

    @Override
    void free() {
        byProtocol.values().forEach(ReferenceCountUtil::release);
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
            SslContextBuilder builder = SslContextBuilder.forClient();
            for (KeyMaterial key : keys) {
                if (key.key() instanceof RemoteKey remote) {
                    // Its own key is what BoringSSL asks others to sign with, and the last that it tries.
                    builder.keyManager(OpenSslX509KeyManagerFactory.newKeyless(key.chainArray()));
                    OutsideSigner.of(remote).useIn(builder);
                    continue;
                }
                credentials.add(
                        OpenSslCredentialBuilder.forX509(key.key(), key.chain().toArray(new X509Certificate[0]))
                                .build());
            }
            builder.sslProvider(SslProvider.OPENSSL_REFCNT)
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
