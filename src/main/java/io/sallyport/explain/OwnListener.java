package io.sallyport.explain;

import io.sallyport.config.ListenerConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.NetworkAddress;
import io.sallyport.explain.probe.HostAddress;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.CertificateChain;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.KeySources;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a client reaches a listener of a configuration, and what it should find there.
 *
 * @param address the listener's, or loopback where it listens on every address
 * @param serverName the first name of its certificates, else of its routes; null: they have none
 * @param proxyHeader whether it wants a PROXY protocol header of us: a connection to an address of this machine comes from
 *     that address
 * @param roots what of its certificates signs itself: a client of ours trusts it
 * @param leaves the certificates that it should serve
 */
record OwnListener(
        HostPort address,
        @Nullable String serverName,
        boolean proxyHeader,
        List<X509Certificate> roots,
        List<X509Certificate> leaves) {

    /** Stands for the label that a wildcard leaves open. */
    private static final String ANY_LABEL = "www.";

    OwnListener {
        roots = List.copyOf(roots);
        leaves = List.copyOf(leaves);
    }

    /**
     * Reads the certificates of {@code listener}, which is on a TCP port. Blocks.
     *
     * @param findings gets the problems of what cannot be read
     * @throws UnknownHostException when the host of its address has no address
     */
    static OwnListener of(ListenerConfig listener, KeySources sources, Instant now, Findings findings)
            throws UnknownHostException {
        List<KeyMaterial> keys = sources.read(listener.certificates(), now, findings);
        List<X509Certificate> roots = new ArrayList<>();
        for (KeyMaterial key : keys) {
            X509Certificate last = key.chain().get(key.chain().size() - 1);
            if (CertificateChain.isSelfSigned(last)) {
                roots.add(last);
            }
        }
        HostPort address = reachable(((NetworkAddress.Tcp) listener.bind()).hostPort());
        return new OwnListener(
                address,
                serverName(listener, keys),
                listener.proxyProtocol().isTrusted(InetAddress.getByName(address.host())),
                roots,
                keys.stream().map(KeyMaterial::leaf).toList());
    }

    private static @Nullable String serverName(ListenerConfig listener, List<KeyMaterial> keys) {
        return Stream.concat(
                        keys.stream().flatMap(key -> key.serverNames().stream()),
                        listener.routes().stream().flatMap(route -> route.serverNames().stream()))
                .filter(name -> !HostAddress.isLiteral(name))
                .findFirst()
                .map(name -> name.startsWith("*") ? ANY_LABEL + name.substring(name.indexOf('.') + 1) : name)
                .orElse(null);
    }

    private static HostPort reachable(HostPort bind) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(bind.host());
        return address.isAnyLocalAddress()
                ? new HostPort(InetAddress.getLoopbackAddress().getHostAddress(), bind.port())
                : bind;
    }
}
