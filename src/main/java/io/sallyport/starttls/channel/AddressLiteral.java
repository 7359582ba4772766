package io.sallyport.starttls.channel;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Who an SMTP client is that has no name of its own (RFC 5321 section 4.1.3). */
public final class AddressLiteral {
    private static final String LOOPBACK = "[127.0.0.1]";

    private AddressLiteral() {}

    /** Of our own end of a connection; loopback for a unix-domain socket. */
    public static String of(@Nullable SocketAddress local) {
        if (!(local instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return LOOPBACK;
        }
        InetAddress address = inet.getAddress();
        return "[" + (address instanceof Inet6Address ? "IPv6:" : "") + NetUtil.toAddressString(address) + "]";
    }
}
