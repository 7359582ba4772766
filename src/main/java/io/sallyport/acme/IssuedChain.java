package io.sallyport.acme;

import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.material.CertificateChain;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyProof;
import io.sallyport.tls.material.ServerNames;
import java.security.KeyPair;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether what an authority has issued can serve: looked at before it takes the place of one that does. */
final class IssuedChain {
    /** Clocks differ. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final int MOST = 10;

    private IssuedChain() {}

    /**
     * Checks that the key is ours, the names are those that were ordered, the leaf is valid now, and each certificate is issued by
     * the next.
     *
     * @throws OrderFailure with what is wrong
     */
    static void check(List<X509Certificate> chain, KeyPair key, List<String> names, Instant now) throws OrderFailure {
        if (chain.isEmpty() || chain.size() > MOST) {
            throw unusable(chain.size() + " certificates (expected: 1 to " + MOST + ", leaf first)");
        }
        X509Certificate leaf = chain.get(0);
        if (!isFor(leaf, key)) {
            throw unusable("the certificate is for another key than the one that it was ordered for");
        }
        Set<String> certified = names(leaf);
        List<String> missing = new ArrayList<>(names);
        missing.removeAll(certified);
        if (!missing.isEmpty()) {
            throw unusable("the certificate is not for " + String.join(", ", missing) + " (found: "
                    + String.join(", ", certified) + ")");
        }
        Instant notBefore = leaf.getNotBefore().toInstant();
        Instant notAfter = leaf.getNotAfter().toInstant();
        if (now.plus(SKEW).isBefore(notBefore) || !now.isBefore(notAfter)) {
            throw unusable("the certificate is not valid now (it is from " + notBefore + " to " + notAfter + ")");
        }
        CertificateChain found = CertificateChain.of(leaf, chain);
        if (found.repaired() || !found.leftOut().isEmpty()) {
            throw unusable("the chain is not one (expected: the leaf first, each certificate issued by the next)");
        }
    }

    private static boolean isFor(X509Certificate leaf, KeyPair key) {
        try {
            return KeyProof.of(KeyAlgorithm.of(key.getPrivate()), key.getPrivate())
                    .matches(leaf.getPublicKey());
        } catch (MaterialException e) {
            return false;
        }
    }

    private static Set<String> names(X509Certificate leaf) throws OrderFailure {
        try {
            return Set.copyOf(ServerNames.of(leaf));
        } catch (CertificateParsingException e) {
            throw unusable("its names cannot be read: " + e.getMessage());
        }
    }

    private static OrderFailure unusable(String detail) {
        return new OrderFailure(OrderResult.UNUSABLE, detail);
    }
}
