package io.sallyport.forwardproxy;

import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.sallyport.config.value.ProxyUrl;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A forward proxy, and who we are to it.
 *
 * @param login null: nobody
 */
public record ForwardProxy(ProxyUrl.Kind kind, @Nullable Login login) {

    /** A user and a password, both printable ASCII. Never printed. */
    public record Login(String user, String password) {
        @Override
        public String toString() {
            return user + ":***";
        }
    }

    /** What speaks with it on one connection. */
    ProxyHandler handler(InetSocketAddress address) {
        ProxyHandler handler = switch (kind) {
            case HTTP ->
                login == null
                        ? new HttpProxyHandler(address)
                        : new HttpProxyHandler(address, login.user(), login.password());
            case SOCKS5 ->
                login == null
                        ? new Socks5ProxyHandler(address)
                        : new Socks5ProxyHandler(address, login.user(), login.password());
        };
        // Whoever dials has a deadline for all of it.
        handler.setConnectTimeoutMillis(0);
        return handler;
    }
}
