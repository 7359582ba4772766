package io.sallyport.explain.probe;

import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.StartTls;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.path.TrustAnchors;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which server is to be explained, and as what client.
 *
 * @param address where it is
 * @param serverName what is asked for (RFC 6066 section 3), and what the certificate must name; null: the host, which is only
 *     asked for when it is a name
 * @param anchors what the server's chain must end in
 * @param client the client's certificate; null: none
 * @param alpn application protocols on offer, in order; empty: none
 * @param tls12 whether TLS 1.2 is the highest version on offer
 * @param scan whether to learn everything that the server takes
 * @param timeout for one connection, and again for one handshake
 * @param proxyHeader whether each connection begins with a PROXY protocol header that says LOCAL
 * @param startTls what is said before TLS
 * @param configured the leaf certificates that the server should serve; empty: not known
 */
public record ExplainRequest(
        HostPort address,
        @Nullable String serverName,
        TrustAnchors anchors,
        @Nullable KeyMaterial client,
        List<String> alpn,
        boolean tls12,
        boolean scan,
        Duration timeout,
        boolean proxyHeader,
        StartTls startTls,
        List<X509Certificate> configured) {

    public ExplainRequest {
        alpn = List.copyOf(alpn);
        configured = List.copyOf(configured);
    }

    /** The name or the address that the certificate must be for; names as they stand in DNS (RFC 5890), without a dot behind. */
    public String identity() {
        String name = serverName == null ? address.host() : serverName;
        return HostAddress.isLiteral(name) ? name : HostAddress.ascii(name);
    }

    /** What stands in server_name; null when only an address is known, which has no place there. */
    public @Nullable String sentName() {
        String name = identity();
        return HostAddress.isLiteral(name) ? null : name;
    }
}
