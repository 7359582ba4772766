package io.sallyport.forwardproxy;

import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5CommandResponse;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5InitialResponse;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.sallyport.forwardproxy.TunnelException.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong with one message of a forward proxy. Netty's own exceptions say it in words alone. */
final class ProxyReply {
    private static final Map<Socks5CommandStatus, Kind> ABOUT_THE_SERVER = Map.of(
            Socks5CommandStatus.NETWORK_UNREACHABLE, Kind.SERVER_UNREACHABLE,
            Socks5CommandStatus.HOST_UNREACHABLE, Kind.SERVER_UNREACHABLE,
            Socks5CommandStatus.CONNECTION_REFUSED, Kind.SERVER_REFUSES,
            Socks5CommandStatus.TTL_EXPIRED, Kind.SERVER_SILENT);

    private ProxyReply() {}

    /** Null: nothing. */
    static @Nullable TunnelException refusal(Object message) {
        if (message instanceof DecoderResultProvider decoded
                && decoded.decoderResult().isFailure()) {
            return new TunnelException(Kind.BROKEN, "the proxy's answer breaks the rules of its protocol");
        }
        if (message instanceof HttpResponse response) {
            return refusal(response.status());
        }
        if (message instanceof Socks5InitialResponse response) {
            return response.authMethod().equals(Socks5AuthMethod.UNACCEPTED)
                    ? new TunnelException(Kind.REFUSED, "the proxy takes none of our ways to log in")
                    : null;
        }
        if (message instanceof Socks5PasswordAuthResponse response) {
            return response.status().equals(Socks5PasswordAuthStatus.SUCCESS)
                    ? null
                    : new TunnelException(Kind.REFUSED, "the proxy refuses the user or the password");
        }
        return message instanceof Socks5CommandResponse response ? refusal(response.status()) : null;
    }

    private static @Nullable TunnelException refusal(HttpResponseStatus status) {
        if (status.code() == HttpResponseStatus.OK.code()) {
            return null;
        }
        Kind kind = switch (status.code()) {
            case 502, 503 -> Kind.SERVER_UNREACHABLE;
            case 504 -> Kind.SERVER_SILENT;
            default -> Kind.REFUSED;
        };
        return new TunnelException(kind, "the proxy answers " + status.code());
    }

    private static @Nullable TunnelException refusal(Socks5CommandStatus status) {
        return status.isSuccess()
                ? null
                : new TunnelException(
                        ABOUT_THE_SERVER.getOrDefault(status, Kind.REFUSED),
                        "the proxy answers " + (status.byteValue() & 0xFF));
    }
}
