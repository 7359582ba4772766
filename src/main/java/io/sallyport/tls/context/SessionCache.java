package io.sallyport.tls.context;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.SessionConfig;

/**
 * The sessions of TLS 1.2 that a context keeps for clients that take no tickets.
 *
 * @param most of them ({@code session.cache-size}); 0: none
 * @param each bytes that one may take
 */
record SessionCache(int most, int each) {
    /** 0.6 KiB were measured. */
    private static final int BYTES = 1 << 10;

    /** With the chain of a client that was let in for it. */
    private static final int BYTES_WITH_CHAIN = 8 << 10;

    static SessionCache of(SessionConfig session, ClientAuthConfig.Mode clientAuth) {
        return new SessionCache(session.cacheSize(), bytes(clientAuth));
    }

    static int bytes(ClientAuthConfig.Mode clientAuth) {
        return switch (clientAuth) {
            case NONE -> BYTES;
            case REQUEST, REQUIRE, PINNED -> BYTES_WITH_CHAIN;
            // Nobody has judged the chain: it may be as long as BoringSSL takes one.
            case UNVERIFIED -> BYTES + TlsContext.MAX_CERTIFICATE_LIST;
        };
    }

    /** As many as fit into {@code bytes}. Not 0, which BoringSSL takes for any number. */
    int fitting(long bytes) {
        return (int) Math.max(1, Math.min(most, bytes / each));
    }
}
