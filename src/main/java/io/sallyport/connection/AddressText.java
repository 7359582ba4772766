package io.sallyport.connection;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** How an address looks in logs: {@code 192.0.2.1:1234}, {@code [2001:db8::1]:1234}, {@code unix:/path}. Never looks a name up. */
public final class AddressText {
    private AddressText() {}

    public static String of(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return NetUtil.toSocketAddressString(inet);
        }
        if (address instanceof DomainSocketAddress unix) {
            // A name in the abstract namespace begins with NUL, which ss and systemd show as @.
            return "unix:" + unix.path().replace('\0', '@');
        }
        // A client on a unix-domain socket has none.
        return address == null ? "unix:" : String.valueOf(address);
    }
}
