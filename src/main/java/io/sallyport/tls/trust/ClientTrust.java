package io.sallyport.tls.trust;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.ClientAuthConfig.CrlPolicy;
import io.sallyport.config.tls.ClientAuthConfig.Mode;
import io.sallyport.tls.path.CertificateRules;
import io.sallyport.tls.path.CertificateRules.Purpose;
import io.sallyport.tls.path.CertificationPath;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.Crls;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.path.TrustedPaths;
import io.sallyport.tls.x509.CertificateOutline;
import io.sallyport.tls.x509.CertificateParser;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Judges client certificates: chain, dates, purpose, revocation, access rules; on every handshake, resumed ones too.
 *
 * <p>Immutable: a reload makes a new one. Nothing is fetched and nothing blocks, so that it can run on an event loop. A
 * refusal is an {@code OpenSslCertificateException}, by which BoringSSL sends the right alert, with a
 * {@link ClientCertificateException} as its cause.
 */
public final class ClientTrust extends ClientTrustManager {
    private final Mode mode;
    private final CrlPolicy crlPolicy;
    private final Crls crls;
    private final AccessRules rules;
    private final TrustedPaths paths;
    private final List<X509Certificate> told;
    private final ClientPolicy policy;
    private final InstantSource clock;
    private final Consumer<List<X509Certificate>> onPath;

    /**
     * Makes the judge of one client-auth block.
     *
     * @param crls loaded from the files of {@code config}
     * @param clock what dates are judged by
     */
    public ClientTrust(ClientAuthConfig config, TrustAnchors anchors, Crls crls, InstantSource clock) {
        this(config, anchors, crls, clock, path -> {});
    }

    /**
     * The same.
     *
     * @param onPath is told of each path that led to an anchor, before revocation is looked up; on the event loop
     */
    public ClientTrust(
            ClientAuthConfig config,
            TrustAnchors anchors,
            Crls crls,
            InstantSource clock,
            Consumer<List<X509Certificate>> onPath) {
        this.mode = config.mode();
        this.crlPolicy = config.crlPolicy();
        this.crls = crls;
        this.rules = new AccessRules(config.allow(), config.deny());
        this.paths = new TrustedPaths(anchors, Purpose.CLIENT, config.maxDepth());
        this.told = told(config, anchors);
        this.policy = ClientPolicy.of(config, anchors, crls);
        this.clock = clock;
        this.onPath = onPath;
    }

    /**
     * Judges a chain as a handshake would now: also for connections that live on after a reload.
     *
     * @param chain the client's certificate, then others in any order
     * @throws ClientCertificateException when it is refused
     */
    public VerifiedClient judge(List<? extends X509Certificate> chain) throws ClientCertificateException {
        try {
            return judgeReadable(chain);
        } catch (RuntimeException | StackOverflowError e) {
            // What a parser did not foresee is the certificate's fault, not ours: the client is told so.
            throw ClientCertificateException.malformed(e);
        }
    }

    private VerifiedClient judgeReadable(List<? extends X509Certificate> chain) throws ClientCertificateException {
        if (mode == Mode.PINNED && !chain.isEmpty()) {
            rules.checkPinned(chain.get(0));
            chain = chain.subList(0, 1);
        }
        List<X509Certificate> sent = parsed(chain);
        X509Certificate leaf = sent.get(0);
        Instant now = clock.instant();
        List<X509Certificate> path = trusted(sent, now);
        ClientIdentity identity = identity(leaf);
        AccessRules.Decision decision = rules.judge(identity);
        if (!decision.allowed()) {
            throw ClientCertificateException.refusedByRule(leaf, decision.rule());
        }
        return new VerifiedClient(identity, path, decision);
    }

    /** Whether {@code other} lets in the same clients at any one time. */
    public boolean judgesLike(ClientTrust other) {
        return policy.equals(other.policy);
    }

    /**
     * The authorities that clients are told of; none when {@code send-ca-names} is off, keys are pinned, or a client is
     * listed without its authority.
     */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return told.toArray(new X509Certificate[0]);
    }

    @Override
    void check(List<X509Certificate> chain) throws CertificateException {
        try {
            judge(chain);
        } catch (ClientCertificateException e) {
            throw e.withAlert();
        }
    }

    /** The path by which {@code sent} is trusted, the anchor included. */
    private List<X509Certificate> trusted(List<X509Certificate> sent, Instant now) throws ClientCertificateException {
        if (mode == Mode.PINNED) {
            CertificateRules.checkDates(sent.get(0), now);
            return List.of(sent.get(0));
        }
        CertificationPath path = paths.validPath(sent, now);
        onPath.accept(path.certificates());
        if (!crls.isEmpty()) {
            List<X509Certificate> certificates = path.certificates();
            for (int i = certificates.size() - 2; i >= 0; i--) {
                crls.check(certificates.get(i), certificates.get(i + 1), crlPolicy, now);
            }
        }
        return path.certificates();
    }

    /** The authorities that clients of such a block are told of. */
    static List<X509Certificate> told(ClientAuthConfig config, TrustAnchors anchors) {
        return config.sendCaNames() && config.mode() != Mode.PINNED && areAuthoritiesOfAll(anchors)
                ? anchors.certificates()
                : List.of();
    }

    /** A client that is listed itself, and issued by somebody who is not, finds no name that it could answer to. */
    private static boolean areAuthoritiesOfAll(TrustAnchors anchors) {
        return anchors.certificates().stream()
                .allMatch(anchor ->
                        CertificationPath.isSelfIssued(anchor) || CertificateRules.obstacleToIssuing(anchor) == null);
    }

    /** Netty's certificates are parsed only when they are asked something, and then fail with unchecked exceptions. */
    static List<X509Certificate> parsed(List<? extends X509Certificate> chain) throws ClientCertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (X509Certificate certificate : chain) {
                byte[] der = certificate.getEncoded();
                CertificateOutline.checkBounds(der);
                certificates.add(CertificateParser.parse(der));
            }
        } catch (CertificateException e) {
            throw ClientCertificateException.malformed(e);
        }
        if (certificates.isEmpty()) {
            throw ClientCertificateException.malformed(new CertificateException("no certificate at all"));
        }
        return certificates;
    }

    static ClientIdentity identity(X509Certificate leaf) throws ClientCertificateException {
        try {
            return ClientIdentity.of(leaf);
        } catch (CertificateParsingException e) {
            throw ClientCertificateException.malformed(e);
        }
    }
}
