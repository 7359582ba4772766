package io.sallyport.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * Finds the ways that a client's certificates may lead to a trust anchor, by names alone.
 *
 * <p>No signature is looked at here: a client chooses the keys of its chain, and one that costs much to verify would
 * stop the event loop. The validation afterwards begins at the anchor, so that each key it uses is vouched for.
 */
final class ClientPathFinder {
    /** Certificates of one name that issue each other make more ways than anyone can walk. */
    private static final int STEPS = 64;

    private static final int PATHS = 8;

    private final Map<X500Principal, List<X509Certificate>> anchors = new HashMap<>();

    ClientPathFinder(List<X509Certificate> anchors) {
        for (X509Certificate anchor : anchors) {
            this.anchors
                    .computeIfAbsent(anchor.getSubjectX500Principal(), name -> new ArrayList<>())
                    .add(anchor);
        }
    }

    boolean isAnchor(X509Certificate certificate) {
        return anchors.getOrDefault(certificate.getSubjectX500Principal(), List.of())
                .contains(certificate);
    }

    /** @param sent the client's certificate, then others in any order; @return shortest first */
    List<ClientPath> find(List<X509Certificate> sent) {
        List<ClientPath> paths = new ArrayList<>();
        Deque<List<X509Certificate>> open = new ArrayDeque<>();
        open.add(List.of(sent.get(0)));
        for (int step = 0; step < STEPS && !open.isEmpty() && paths.size() < PATHS; step++) {
            List<X509Certificate> path = open.remove();
            X509Certificate last = path.get(path.size() - 1);
            anchors.getOrDefault(last.getIssuerX500Principal(), List.of()).stream()
                    .filter(anchor -> !KeyIdentifiers.contradict(last, anchor))
                    .forEach(anchor -> paths.add(new ClientPath(path, anchor)));
            sent.stream()
                    .filter(issuer -> issuer.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                    .filter(issuer -> !path.contains(issuer) && !KeyIdentifiers.contradict(last, issuer))
                    .forEach(issuer -> open.add(extended(path, issuer)));
        }
        return paths;
    }

    private static List<X509Certificate> extended(List<X509Certificate> path, X509Certificate issuer) {
        List<X509Certificate> longer = new ArrayList<>(path);
        longer.add(issuer);
        return longer;
    }
}
