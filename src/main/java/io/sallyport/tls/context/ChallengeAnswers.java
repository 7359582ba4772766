package io.sallyport.tls.context;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.SessionConfig;
import io.sallyport.config.tls.TlsConfig.RsaSigning;
import io.sallyport.config.value.TlsProfile;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.trust.NoClientCertificates;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What proves to a certificate authority that a name leads here (tls-alpn-01, RFC 8737, or http-01, RFC 8555 section 8.3), for
 * as long as it asks.
 *
 * <p>Of tls-alpn-01 found by a ClientHello that offers {@code acme-tls/1} and nothing else, for a name that is being proved: everybody else
 * gets what the routes say, with whatever they ask of clients. Its context asks for no client certificate, and no byte goes
 * anywhere. Safe for use by any thread.
 */
public final class ChallengeAnswers {
    private static final String PROTOCOL = "acme-tls/1";

    private final LiveContexts live;
    private final Map<String, TlsContext> byName = new ConcurrentHashMap<>();
    private final Map<String, String> byToken = new ConcurrentHashMap<>();

    /** @param live counts the native memory that is held */
    public ChallengeAnswers(LiveContexts live) {
        this.live = live;
    }

    /**
     * Answers for a name from now on, instead of what there was. Slow; never on an event loop.
     *
     * @param serverName as the authority asks for it: of an address, its name for reverse lookups (RFC 8738 section 6)
     * @throws SSLException when BoringSSL refuses the key
     */
    public void add(String serverName, KeyMaterial key) throws SSLException {
        TlsContext before = byName.put(serverName, TlsContext.build(settings(), List.of(new StapledKey(key, null))));
        if (before != null) {
            before.release();
        }
    }

    /** Does not answer for a name any more; nothing where it did not. */
    public void remove(String serverName) {
        @Nullable TlsContext before = byName.remove(serverName);
        if (before != null) {
            before.release();
        }
    }

    /** Answers a request for a token from now on (http-01). */
    public void addToken(String token, String authorization) {
        byToken.put(token, authorization);
    }

    public void removeToken(String token) {
        byToken.remove(token);
    }

    /** What a token is answered with; empty: it is none that is pending. */
    public Optional<String> authorization(String token) {
        return Optional.ofNullable(byToken.get(token));
    }

    /** The names that are being proved. */
    public Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /** The context that answers this client; null: it is no authority that asks for a name which is being proved. */
    public @Nullable TlsContext find(ClientHello hello) {
        String name = hello.serverName();
        boolean asks =
                name != null && hello.alpn().size() == 1 && hello.alpn().get(0).equals(PROTOCOL);
        return asks ? byName.get(name) : null;
    }

    /** A handler of a context that was found; null where the name is not being proved any more. */
    public static @Nullable SslHandler handler(TlsContext found, ByteBufAllocator allocator) {
        if (!found.retain()) {
            return null;
        }
        try {
            return found.newHandler(allocator);
        } finally {
            found.release();
        }
    }

    /** Sessions of it lead nowhere: there are no tickets, none is kept, and no other context has its session-id context. */
    private ContextSettings settings() {
        return new ContextSettings(
                TlsPolicy.of(TlsProfile.INTERMEDIATE),
                ClientAuthConfig.Mode.NONE,
                new NoClientCertificates(),
                PROTOCOL,
                new SessionConfig(SessionConfig.Tickets.OFF, null, Duration.ZERO, Duration.ofSeconds(1), 0),
                new SessionIdContext(FileHash.ofText(PROTOCOL)),
                List.of(PROTOCOL),
                null,
                live,
                RsaSigning.BORINGSSL,
                new RsaAccelerator(() -> null, () -> false));
    }
}
