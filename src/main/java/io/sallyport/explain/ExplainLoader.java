package io.sallyport.explain;

import io.sallyport.config.ListenerConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.hocon.LocaleEncoding;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.StartTls;
import io.sallyport.explain.probe.ExplainOptions;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.source.KeySources;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns options into a request: reads the files that they name. Blocks. Used once. */
public final class ExplainLoader {
    private final ExplainOptions options;
    private final Instant now;
    private final KeySources sources = new KeySources(LocaleEncoding::variable);
    private final Findings findings = new Findings();

    /** @param now what validity is judged by */
    public ExplainLoader(ExplainOptions options, Instant now) {
        this.options = options;
        this.now = now;
    }

    /** What is wrong with the files: with any, the request is good for nothing. */
    public List<ConfigProblem> problems() {
        return findings.problems();
    }

    /** For a server anywhere. */
    public ExplainRequest server(HostPort address) {
        return request(address, options.serverName(), false, StartTls.OFF, List.of(), List.of());
    }

    /**
     * For a listener of our own.
     *
     * @throws UnknownHostException when the host of its address has no address
     */
    public ExplainRequest listener(ListenerConfig listener) throws UnknownHostException {
        OwnListener own = OwnListener.of(listener, sources, now, findings);
        String name = options.serverName() == null ? own.serverName() : options.serverName();
        return request(own.address(), name, own.proxyHeader(), listener.startTls(), own.roots(), own.leaves());
    }

    private ExplainRequest request(
            HostPort address,
            @Nullable String name,
            boolean proxyHeader,
            StartTls startTls,
            List<X509Certificate> roots,
            List<X509Certificate> leaves) {
        return new ExplainRequest(
                address,
                name,
                anchors(roots),
                client().orElse(null),
                options.alpn(),
                options.tls12(),
                options.scan(),
                options.timeout(),
                proxyHeader,
                options.startTls() == null ? startTls : options.startTls(),
                leaves);
    }

    private TrustAnchors anchors(List<X509Certificate> roots) {
        Path ca = options.ca();
        TrustAnchorConfig source = ca == null ? new TrustAnchorConfig.SystemStore() : new TrustAnchorConfig.PemFile(ca);
        TrustAnchors anchors = TrustAnchors.load(List.of(source), "", now, findings);
        if (ca != null || roots.isEmpty()) {
            return anchors;
        }
        return new TrustAnchors(
                Stream.concat(anchors.sources().stream(), Stream.of(new TrustAnchors.Source("own certificates", roots)))
                        .toList());
    }

    private Optional<KeyMaterial> client() {
        Path cert = options.cert();
        Path key = options.key();
        if (cert == null || key == null) {
            return Optional.empty();
        }
        return sources
                .of(new CertificateConfig.Pem(cert, key, new PasswordConfig.None(), ""))
                .read(now, findings)
                .stream()
                .findFirst();
    }
}
