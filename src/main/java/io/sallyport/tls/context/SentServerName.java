package io.sallyport.tls.context;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;

/** The server name that a client asks for (RFC 6066 section 3). */
public final class SentServerName {
    private SentServerName() {}

    /**
     * Makes a client's handler ask for {@code name}; before its handshake. {@link javax.net.ssl.SNIHostName} would refuse the
     * underscores of container networks, and Netty by itself leaves out names without a dot.
     *
     * @param name as it stands in DNS, without a dot behind
     */
    public static void set(SslHandler handler, String name) {
        SSL.setTlsExtHostName(((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer(), name);
    }
}
