package io.sallyport.tls.path;

import io.sallyport.tls.x509.KeyIdentifiers;
import io.sallyport.tls.x509.Signatures;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/**
 * Finds the ways that a peer's certificates may lead to a trust anchor, by names alone.
 *
 * <p>A way ends at an anchor that no other anchor issued. One that another anchor issued is an intermediate like those
 * that the peer sends: what its issuer says of it, and revoked, counts, as for {@code openssl verify}. One whose issuer is
 * not listed ends the way, as for {@code openssl verify -partial_chain}.
 *
 * <p>No signature of the peer's is looked at here: it chooses the keys of its chain, and one that costs much to verify
 * would stop the event loop. The validation afterwards begins at the anchor, so that each key it uses is vouched for.
 */
final class PathFinder {
    /** Certificates of one name that issue each other make more ways than anyone can walk. */
    private static final int STEPS = 64;

    private static final int PATHS = 8;

    private final Map<X500Principal, List<X509Certificate>> bySubject = new HashMap<>();
    private final Map<X509Certificate, List<X509Certificate>> issuers = new HashMap<>();

    /** Verifies which anchor issued which: not for an event loop. */
    PathFinder(List<X509Certificate> anchors) {
        for (X509Certificate anchor : anchors) {
            bySubject
                    .computeIfAbsent(anchor.getSubjectX500Principal(), name -> new ArrayList<>())
                    .add(anchor);
        }
        for (X509Certificate anchor : anchors) {
            issuers.put(anchor, issuersAmongAnchors(anchor));
        }
    }

    /** @param sent the peer's certificate, then others in any order; @return shortest first */
    List<CertificationPath> find(List<X509Certificate> sent) {
        List<CertificationPath> paths = new ArrayList<>();
        Deque<List<X509Certificate>> open = new ArrayDeque<>();
        open.add(List.of(sent.get(0)));
        for (int step = 0; step < STEPS && !open.isEmpty() && paths.size() < PATHS; step++) {
            List<X509Certificate> path = open.remove();
            X509Certificate last = path.get(path.size() - 1);
            List<X509Certificate> further = issuersOf(last, sent)
                    .filter(issuer -> !path.contains(issuer))
                    .distinct()
                    .toList();
            further.forEach(issuer -> open.add(extended(path, issuer)));
            if (further.isEmpty() && issuers.containsKey(last)) {
                paths.add(new CertificationPath(path));
            }
        }
        return paths;
    }

    private Stream<X509Certificate> issuersOf(X509Certificate certificate, List<X509Certificate> sent) {
        List<X509Certificate> known = issuers.get(certificate);
        if (known != null) {
            return known.stream();
        }
        X500Principal name = certificate.getIssuerX500Principal();
        return Stream.concat(
                        bySubject.getOrDefault(name, List.of()).stream(),
                        sent.stream()
                                .filter(issuer ->
                                        issuer.getSubjectX500Principal().equals(name)))
                .filter(issuer -> !KeyIdentifiers.contradict(certificate, issuer));
    }

    private List<X509Certificate> issuersAmongAnchors(X509Certificate anchor) {
        List<X509Certificate> named = bySubject.getOrDefault(anchor.getIssuerX500Principal(), List.of()).stream()
                .filter(issuer -> !issuer.equals(anchor))
                .toList();
        if (named.isEmpty() || (CertificationPath.isSelfIssued(anchor) && isIssuedBy(anchor, anchor))) {
            return List.of();
        }
        return named.stream().filter(issuer -> isIssuedBy(anchor, issuer)).toList();
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        try {
            return Signatures.isSigned(certificate, issuer.getPublicKey());
        } catch (NoSuchAlgorithmException e) {
            // Else an anchor that is constrained by one with an exotic key would end a way by itself.
            return !KeyIdentifiers.contradict(certificate, issuer);
        }
    }

    private static List<X509Certificate> extended(List<X509Certificate> path, X509Certificate issuer) {
        List<X509Certificate> longer = new ArrayList<>(path);
        longer.add(issuer);
        return longer;
    }
}
