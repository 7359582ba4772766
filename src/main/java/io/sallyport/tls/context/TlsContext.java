package io.sallyport.tls.context;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.SessionConfig;
import io.sallyport.diagnosis.Allowed;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.material.RemoteKey;
import io.sallyport.tls.netty.NettyInternals;
import io.sallyport.tls.trust.ClientTrust;
import io.sallyport.tls.trust.ClientTrustManager;
import io.sallyport.tls.trust.ClientVerifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One BoringSSL server context with all that belongs to it.
 *
 * <p>Owns native memory: each user releases it once no connection will ask for a handler any more. Connections under way keep
 * what they need.
 */
public final class TlsContext extends SharedContext {
    /**
     * What a client's chain may take; the deepest one that is allowed takes a tenth of it. BoringSSL bounds a ClientHello by
     * the same number where it asks for certificates, so a hello with the largest ticket has to fit, too.
     */
    static final int MAX_CERTIFICATE_LIST = ClientHelloReader.MAX_MESSAGE_WITH_CHAIN;

    /** Stands for the address of a context's own key, which is another in each connection. */
    private static final long OWN_KEY = -1;

    /** And for what BoringSSL never tells. */
    private static final long UNKNOWN = -2;

    private final SslContext context;
    private final X509TrustManager trust;
    private final boolean tickets;
    private final boolean serverOrder;
    private final Map<Long, ServerCertificate> certificates;
    private final Allowed allowed;
    private final SessionCache cache;
    private TicketKeys.@Nullable Ring ring;

    private TlsContext(
            Object key,
            SslContext context,
            X509TrustManager trust,
            boolean tickets,
            boolean serverOrder,
            Map<Long, ServerCertificate> certificates,
            Allowed allowed,
            SessionCache cache) {
        super(key);
        this.context = context;
        this.allowed = allowed;
        this.cache = cache;
        this.trust = trust;
        this.tickets = tickets;
        this.serverOrder = serverOrder;
        this.certificates = certificates;
    }

    /**
     * Builds a context. Slow; never on an event loop.
     *
     * @param keys in order of preference; the first that the client can verify is used
     * @throws SSLException when BoringSSL refuses something
     */
    static TlsContext build(ContextSettings settings, List<StapledKey> keys) throws SSLException {
        requireOneRemoteAtTheMost(keys);
        List<OpenSslCredential> credentials = new ArrayList<>();
        Map<Long, ServerCertificate> certificates = new HashMap<>();
        long ownKey = OWN_KEY;
        // BoringSSL tries the credentials first and the context's own key last: RSA, the dearest, is last anyway.
        StapledKey last = keys.get(keys.size() - 1);
        Optional<OutsideSigner> signer = settings.signerFor(last);
        try {
            for (StapledKey stapled : signer.isPresent() ? keys.subList(0, keys.size() - 1) : keys) {
                KeyMaterial key = stapled.material();
                OpenSslCredential credential = OpenSslCredentialBuilder.forX509(key.key(), key.chainArray())
                        .build();
                credentials.add(credential);
                OptionalLong address = NettyInternals.credential(credential);
                // Where addresses are not to be had, none of several certificates is ever found; one alone is known.
                certificates.put(address.orElse(UNKNOWN - credentials.size()), ServerCertificate.of(key.leaf()));
                ownKey = address.isPresent() ? ownKey : UNKNOWN;
                if (stapled.ocspResponse() != null) {
                    Stapling.staple(credential, stapled.ocspResponse());
                }
            }
            if (signer.isPresent()) {
                certificates.put(ownKey, ServerCertificate.of(last.material().leaf()));
            }
            SslContextBuilder builder = (signer.isPresent()
                            ? SslContextBuilder.forServer(OpenSslX509KeyManagerFactory.newKeyless(
                                    last.material().chainArray()))
                            : SslContextBuilder.forServer(new CredentialKeyManager()))
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .addCredentials(credentials)
                    .protocols(settings.policy().protocols())
                    .ciphers(settings.policy().suites())
                    .option(
                            OpenSslContextOption.GROUPS,
                            settings.policy().groups().toArray(new String[0]))
                    .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MAX_CERTIFICATE_LIST)
                    // Without one, each build would load the JVM's certificate authorities (25 to 190 ms).
                    .trustManager(verifier(settings.trust()))
                    .clientAuth(clientAuth(settings.clientAuth()));
            signer.ifPresent(each -> each.useIn(builder));
            if (!settings.alpn().isEmpty()) {
                builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        settings.alpn()));
            }
            Allowed allowed = RouteOffer.of(
                    settings, keys.stream().map(StapledKey::material).toList());
            SslContext context = configured(builder.build(), settings);
            return new TlsContext(
                    settings.key(keys),
                    context,
                    settings.trust(),
                    settings.session().tickets() == SessionConfig.Tickets.AUTO,
                    settings.policy().serverOrder(),
                    Map.copyOf(certificates),
                    allowed,
                    SessionCache.of(settings.session(), settings.clientAuth()));
        } catch (SSLException e) {
            throw e;
        } catch (Exception e) {
            throw new SSLException(e.getMessage(), e);
        } finally {
            credentials.forEach(ReferenceCountUtil::safeRelease);
        }
    }

    /** BoringSSL calls back for the signatures of a context's own key alone, and has no place for its OCSP response. */
    private static void requireOneRemoteAtTheMost(List<StapledKey> keys) throws SSLException {
        List<StapledKey> remote = keys.stream()
                .filter(key -> key.material().key() instanceof RemoteKey)
                .toList();
        if (remote.size() > 1) {
            throw new SSLException("two keys in tokens for one server name: "
                    + remote.get(0).material().name() + ", "
                    + remote.get(1).material().name() + " (expected: one; any other for this name in a file)");
        }
        if (!remote.isEmpty() && remote.get(0).ocspResponse() != null) {
            throw new SSLException("an OCSP response for "
                    + remote.get(0).material().name() + " (expected: none for a key in a token)");
        }
    }

    /** A handler for one new connection, with no deadline of its own. */
    public SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(0);
        long ssl = ((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer();
        if (!tickets) {
            SSL.setOptions(ssl, SSL.SSL_OP_NO_TICKET);
        }
        if (!serverOrder) {
            SSL.clearOptions(ssl, SSL.SSL_OP_CIPHER_SERVER_PREFERENCE);
        }
        return handler;
    }

    /** What clients may choose from, and the certificates that they are shown. */
    public Allowed allowed() {
        return allowed;
    }

    /**
     * The certificate that a client of this context is shown, or was where its session resumes. Where there are several:
     * null until one is chosen, and when the handshake is over.
     */
    public @Nullable ServerCertificate shownBy(SslHandler handler) {
        if (certificates.size() == 1) {
            return certificates.values().iterator().next();
        }
        long ssl = ((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer();
        try {
            long selected = ssl == 0 ? 0 : SSL.getSelectedCredential(ssl);
            return selected == 0 ? null : certificates.getOrDefault(selected, certificates.get(OWN_KEY));
        } catch (Exception e) {
            return null; // None is selected.
        }
    }

    /** What judges the clients of this context; empty: they are asked for no certificate, or for one that nobody judges. */
    public Optional<ClientTrust> clientTrust() {
        return trust instanceof ClientTrust clientTrust ? Optional.of(clientTrust) : Optional.empty();
    }

    /** Puts other ticket keys into service; on the control thread alone. */
    void useTicketKeys(TicketKeys.Ring keys) {
        if (keys.equals(ring)) {
            return;
        }
        ring = keys;
        sessions(context).setTicketKeys(keys.keys().toArray(new OpenSslSessionTicketKey[0]));
    }

    /** Keeps no more sessions than fit into {@code bytes}; all are gone where that is fewer than before. On the control thread alone. */
    void limitSessions(long bytes) {
        if (cache.most() > 0) {
            sessions(context).setSessionCacheSize(cache.fitting(bytes));
        }
    }

    /** Bytes of the longest ClientHello that BoringSSL takes: a ticket in it holds the client's chain, if it is asked for one. */
    public int maxClientHello() {
        return trust instanceof ClientTrustManager
                ? ClientHelloReader.MAX_MESSAGE_WITH_CHAIN
                : ClientHelloReader.MAX_MESSAGE;
    }

    @Override
    void free() {
        ReferenceCountUtil.release(context);
    }

    private static SslContext configured(SslContext context, ContextSettings settings) {
        boolean done = false;
        try {
            settings.live().add((ReferenceCountedOpenSslContext) context);
            configure((ReferenceCountedOpenSslContext) context, settings);
            done = true;
            return context;
        } finally {
            if (!done) {
                ReferenceCountUtil.safeRelease(context);
            }
        }
    }

    private static void configure(ReferenceCountedOpenSslContext context, ContextSettings settings) {
        OpenSslServerSessionContext sessions = sessions(context);
        if (!sessions.setSessionIdContext(settings.sessionIdContext().bytes())) {
            throw new IllegalStateException("BoringSSL refused the session id context");
        }
        SessionConfig session = settings.session();
        sessions.setSessionCacheEnabled(session.cacheSize() > 0);
        if (settings.keyLog() != null) {
            settings.keyLog().follow(context);
        }
        sessions.setSessionTimeout(Math.toIntExact(session.timeout().toSeconds()));
    }

    private static X509TrustManager verifier(X509TrustManager trust) {
        return trust instanceof ClientTrustManager clients ? new ClientVerifier(clients) : trust;
    }

    private static OpenSslServerSessionContext sessions(SslContext context) {
        return (OpenSslServerSessionContext) context.sessionContext();
    }

    private static ClientAuth clientAuth(ClientAuthConfig.Mode mode) {
        return switch (mode) {
            case NONE -> ClientAuth.NONE;
            case REQUEST, UNVERIFIED -> ClientAuth.OPTIONAL;
            case REQUIRE, PINNED -> ClientAuth.REQUIRE;
        };
    }
}
