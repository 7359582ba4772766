package io.sallyport.tls.path;

import io.sallyport.tls.x509.DistinguishedName;
import io.sallyport.tls.x509.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whether a peer's certificates lead to a trust anchor: the same for clients and for a backend's servers. */
public final class TrustedPaths {
    private final PathFinder finder;
    private final Map<String, PathFinder> domains = new HashMap<>();
    private final CertificateRules.Purpose purpose;
    private final int maxDepth;

    /**
     * Prepares the anchors; not for an event loop.
     *
     * @param purpose what the peers' certificates are to be for
     * @param maxDepth how many certificates may stand between a peer's and the end of its path
     */
    public TrustedPaths(TrustAnchors anchors, CertificateRules.Purpose purpose, int maxDepth) {
        List<X509Certificate> others = new ArrayList<>();
        Map<String, List<X509Certificate>> byDomain = new HashMap<>();
        for (TrustAnchors.Source source : anchors.sources()) {
            List<X509Certificate> known = source.trustDomain() == null
                    ? others
                    : byDomain.computeIfAbsent(source.trustDomain(), domain -> new ArrayList<>());
            source.certificates().stream().filter(each -> !known.contains(each)).forEach(known::add);
        }
        this.finder = new PathFinder(others);
        byDomain.forEach((domain, certificates) -> domains.put(domain, new PathFinder(certificates)));
        this.purpose = purpose;
        this.maxDepth = maxDepth;
    }

    /** Whether {@code leaf} counts as what its SPIFFE ID says, so that no other name of it means anything. */
    public boolean isByTrustDomain(X509Certificate leaf) throws ClientCertificateException {
        return id(leaf).isPresent();
    }

    /** Where no trust domains are trusted, a SPIFFE ID is a URI like others. */
    private Optional<SpiffeId> id(X509Certificate leaf) throws ClientCertificateException {
        return domains.isEmpty() ? Optional.empty() : SvidRules.id(leaf);
    }

    /**
     * Finds a path that holds.
     *
     * @param sent the peer's certificate, then others in any order
     * @throws ClientCertificateException when there is none; it tells of the shortest path that does not hold
     */
    public CertificationPath validPath(List<X509Certificate> sent, Instant now) throws ClientCertificateException {
        X509Certificate leaf = sent.get(0);
        Optional<SpiffeId> id = id(leaf);
        @Nullable PathFinder responsible = finder;
        if (id.isPresent()) {
            SvidRules.check(leaf, id.get());
            // Each authority speaks for its own domain: a federated one would else make IDs of ours.
            responsible = domains.get(id.get().trustDomain());
            if (responsible == null) {
                throw SvidRules.unknownDomain(leaf, id.get());
            }
        }
        @Nullable ClientCertificateException first = null;
        for (CertificationPath path : responsible.find(sent)) {
            try {
                checkDepth(path);
                PathValidator.validate(path, purpose, now);
                return path;
            } catch (ClientCertificateException e) {
                first = first == null ? e : first;
            }
        }
        throw first == null ? unknownIssuer(sent) : first;
    }

    private void checkDepth(CertificationPath path) throws ClientCertificateException {
        if (path.intermediates() > maxDepth) {
            throw ClientCertificateException.about(
                    path.leaf(),
                    ClientCertificateFailure.CHAIN_TOO_DEEP,
                    path.intermediates() + " intermediates up to "
                            + DistinguishedName.display(path.anchor().getSubjectX500Principal())
                            + " (expected: max-depth, " + maxDepth + ", or fewer)");
        }
    }

    private static ClientCertificateException unknownIssuer(List<X509Certificate> sent) {
        X509Certificate leaf = sent.get(0);
        String detail = CertificationPath.isSelfIssued(leaf)
                ? "it issued itself and is no trust anchor"
                : "with the " + (sent.size() - 1) + " further certificates that were sent it leads to no trust anchor";
        return ClientCertificateException.about(leaf, ClientCertificateFailure.UNKNOWN_ISSUER, detail);
    }
}
