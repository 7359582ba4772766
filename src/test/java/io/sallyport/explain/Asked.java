package io.sallyport.explain;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.config.value.HostPort;
import io.sallyport.config.value.StartTls;
import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.explain.judge.ProbeFailure;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.report.Explanation;
import io.sallyport.explain.scan.ScanResult;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.wire.ClientHello;
import io.sallyport.testing.PemFiles;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.source.KeyMaterialLoader;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a test asks of a server.
 *
 * <pre>{@code
 * Explanation explanation = Asked.of(server.address()).trusting(root.certificate()).explain();
 * }</pre>
 */
public final class Asked {
    private final InetSocketAddress address;
    private List<X509Certificate> anchors = List.of();
    private List<X509Certificate> configured = List.of();
    private List<String> alpn = List.of();
    private Duration timeout = Duration.ofSeconds(10);
    private @Nullable String serverName = "localhost";
    private @Nullable KeyMaterial client;
    private boolean tls12;
    private boolean scan;
    private StartTls startTls = StartTls.OFF;

    private Asked(InetSocketAddress address) {
        this.address = address;
    }

    /** A server at {@code address}, which is asked for {@code localhost}. */
    public static Asked of(InetSocketAddress address) {
        return new Asked(address);
    }

    public Asked trusting(X509Certificate... certificates) {
        anchors = List.of(certificates);
        return this;
    }

    Asked name(@Nullable String name) {
        serverName = name;
        return this;
    }

    Asked alpn(String... protocols) {
        alpn = List.of(protocols);
        return this;
    }

    Asked as(PemFiles files) {
        client = new KeyMaterialLoader(name -> null, Instant.now())
                .load(
                        new CertificateConfig.Pem(files.chain(), files.key(), new PasswordConfig.None(), ""),
                        new Findings())
                .orElseThrow();
        return this;
    }

    Asked configured(X509Certificate... leaves) {
        configured = List.of(leaves);
        return this;
    }

    public Asked within(Duration time) {
        timeout = time;
        return this;
    }

    Asked tls12() {
        tls12 = true;
        return this;
    }

    Asked startTls(StartTls protocol) {
        startTls = protocol;
        return this;
    }

    public Asked scan() {
        scan = true;
        return this;
    }

    public ExplainRequest request() {
        return new ExplainRequest(
                new HostPort("127.0.0.1", address.getPort()),
                serverName,
                new TrustAnchors(List.of(new TrustAnchors.Source("test", anchors))),
                client,
                alpn,
                tls12,
                scan,
                timeout,
                false,
                startTls,
                configured);
    }

    public Explanation explain() {
        return new Explainer(request(), InstantSource.system()).explain();
    }

    static Set<FindingCode> codes(Explanation explanation) {
        return explanation.findings().stream().map(Finding::code).collect(Collectors.toSet());
    }

    /** The names of the steps, those of the server after {@code <}. */
    static List<String> steps(Explanation explanation) {
        return explanation.transcript().orElseThrow().steps().stream()
                .map(step -> (step.direction() == Direction.CLIENT_TO_SERVER ? "> " : "< ") + step.what())
                .toList();
    }

    static ProbeFailure failure(Explanation explanation) {
        return Objects.requireNonNull(explanation.failure(), "no failure");
    }

    static Resumption resumption(Explanation explanation) {
        return Objects.requireNonNull(explanation.resumption(), "no second handshake");
    }

    public static ScanResult scan(Explanation explanation) {
        return Objects.requireNonNull(explanation.scan(), "no scan");
    }

    static ClientHello clientHello(Explanation explanation) {
        return Objects.requireNonNull(explanation.transcript().orElseThrow().clientHello(), "no ClientHello");
    }
}
