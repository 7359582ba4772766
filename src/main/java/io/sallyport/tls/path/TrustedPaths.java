package io.sallyport.tls.path;

import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides whether a peer's certificates lead to a trust anchor: the same for clients and for a backend's servers. */
public final class TrustedPaths {
    private final PathFinder finder;
    private final CertificateRules.Purpose purpose;
    private final int maxDepth;

    /**
     * Prepares the anchors; not for an event loop.
     *
     * @param purpose what the peers' certificates are to be for
     * @param maxDepth how many certificates may stand between a peer's and the end of its path
     */
    public TrustedPaths(List<X509Certificate> anchors, CertificateRules.Purpose purpose, int maxDepth) {
        this.finder = new PathFinder(anchors);
        this.purpose = purpose;
        this.maxDepth = maxDepth;
    }

    /**
     * Finds a path that holds.
     *
     * @param sent the peer's certificate, then others in any order
     * @throws ClientCertificateException when there is none; it tells of the shortest path that does not hold
     */
    public CertificationPath validPath(List<X509Certificate> sent, Instant now) throws ClientCertificateException {
        @Nullable ClientCertificateException first = null;
        for (CertificationPath path : finder.find(sent)) {
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
