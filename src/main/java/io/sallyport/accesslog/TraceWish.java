package io.sallyport.accesslog;

import io.sallyport.config.value.Cidr;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * That somebody wants to see good handshakes, too.
 *
 * @param source whose; null means anybody's
 * @param serverName to which name, lower case; null means any
 * @param duration from now
 * @param count at most as many
 */
public record TraceWish(@Nullable Cidr source, @Nullable String serverName, Duration duration, int count) {

    boolean covers(@Nullable InetAddress client, @Nullable String name) {
        return (source == null || (client != null && source.contains(client)))
                && (serverName == null || serverName.equals(name));
    }
}
