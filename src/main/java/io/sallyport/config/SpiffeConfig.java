package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where this workload gets its identity from.
 *
 * @param endpoint of the SPIFFE Workload API; null: there is none
 */
public record SpiffeConfig(@Nullable NetworkAddress endpoint) {
    private static final String RULE =
            "unix:///path of at most 100 bytes, or tcp://address:port with an IP address (SPIFFE Workload Endpoint section 4)";

    static SpiffeConfig read(Section section) {
        return new SpiffeConfig(section.fixed().optionalParsed("endpoint-socket", RULE, SpiffeConfig::endpoint));
    }

    private static NetworkAddress endpoint(String text) {
        try {
            URI uri = new URI(text);
            if (uri.isOpaque() || uri.getQuery() != null || uri.getFragment() != null || uri.getUserInfo() != null) {
                throw new IllegalArgumentException(text);
            }
            return switch (String.valueOf(uri.getScheme())) {
                case "unix" -> unix(uri);
                case "tcp" -> tcp(uri);
                default -> throw new IllegalArgumentException(text);
            };
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static NetworkAddress unix(URI uri) {
        if (uri.getAuthority() != null || uri.getPath().length() < 2) {
            throw new IllegalArgumentException(uri.toString());
        }
        return NetworkAddress.parse(NetworkAddress.PREFIX + uri.getPath(), Path.of("/"));
    }

    private static NetworkAddress tcp(URI uri) {
        HostPort address = HostPort.parse(String.valueOf(uri.getAuthority()));
        if (!uri.getPath().isEmpty() || address.port() == 0 || !Cidr.isAddress(address.host())) {
            throw new IllegalArgumentException(uri.toString());
        }
        return new NetworkAddress.Tcp(address);
    }
}
