package io.sallyport.tls.spiffe;

import io.sallyport.text.SafeText;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyProof;
import io.sallyport.tls.path.CertificateRules.Purpose;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.TrustAnchors;
import io.sallyport.tls.path.TrustedPaths;
import io.sallyport.tls.spiffe.WireFields.Field;
import io.sallyport.tls.x509.CertificateParser;
import io.sallyport.tls.x509.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the message X509SVIDResponse (SPIFFE Workload API section 5.2.1). An agent may be wrong as anybody: what peers would
 * refuse is refused here, so that what is good stays in service.
 */
final class IdentityReader {
    private static final int SVIDS = 1;
    private static final int FEDERATED_BUNDLES = 3;

    private static final int SVID_ID = 1;
    private static final int SVID_CHAIN = 2;
    private static final int SVID_KEY = 3;
    private static final int SVID_BUNDLE = 4;

    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;

    private static final int MOST_SVIDS = 100;
    private static final int MOST_DOMAINS = 1000;
    private static final int LONGEST_CHAIN = 10;
    private static final int LARGEST_BUNDLE = 100;
    private static final int LONGEST_DETAIL = 500;
    private static final String SCHEME = "spiffe://";
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519");

    private final Map<String, List<X509Certificate>> domains = new TreeMap<>();

    private IdentityReader() {}

    /**
     * The first identity of the message, which is the default one, with everything that it trusts.
     *
     * @param now what validity is judged by
     * @throws WorkloadException when it cannot be used
     */
    static WorkloadIdentity read(byte[] message, Instant now) throws WorkloadException {
        return new IdentityReader().identity(WireFields.of(message), now);
    }

    private WorkloadIdentity identity(List<Field> fields, Instant now) throws WorkloadException {
        List<Field> svids =
                fields.stream().filter(field -> field.number() == SVIDS).toList();
        if (svids.isEmpty() || svids.size() > MOST_SVIDS) {
            throw WorkloadException.unusable(svids.size() + " X.509-SVIDs (expected: 1 to " + MOST_SVIDS + ")");
        }
        for (Field field : fields) {
            if (field.number() == FEDERATED_BUNDLES) {
                List<Field> entry = WireFields.of(field.content());
                add(domain(last(entry, ENTRY_KEY)), last(entry, ENTRY_VALUE));
            }
        }
        for (Field svid : svids) {
            List<Field> parts = WireFields.of(svid.content());
            add(id(parts).trustDomain(), last(parts, SVID_BUNDLE));
        }
        return identity(
                WireFields.of(svids.get(0).content()),
                id(WireFields.of(svids.get(0).content())),
                now);
    }

    private WorkloadIdentity identity(List<Field> svid, SpiffeId id, Instant now) throws WorkloadException {
        List<X509Certificate> chain = certificates(last(svid, SVID_CHAIN), LONGEST_CHAIN, "the chain of " + id);
        if (chain.isEmpty()) {
            throw WorkloadException.unusable("no certificate for " + id);
        }
        X509Certificate leaf = chain.get(0);
        checkId(leaf, id);
        try {
            PrivateKey key = key(last(svid, SVID_KEY));
            KeyAlgorithm algorithm = KeyAlgorithm.of(key);
            if (!KeyProof.of(algorithm, key).matches(leaf.getPublicKey())) {
                throw WorkloadException.unusable("the private key is not that of the certificate of " + id);
            }
            WorkloadIdentity identity = new WorkloadIdentity(id, algorithm, key, chain, domains);
            new TrustedPaths(trusted(id), Purpose.SERVER, LONGEST_CHAIN).validPath(chain, now);
            return identity;
        } catch (MaterialException e) {
            throw WorkloadException.unusable("the private key of " + id + ": " + e.getMessage());
        } catch (ClientCertificateException e) {
            throw WorkloadException.unusable("peers would refuse it: " + text(e));
        }
    }

    private TrustAnchors trusted(SpiffeId id) {
        return new TrustAnchors(List.of(
                TrustAnchors.Source.ofDomain(id.trustDomain(), domains.getOrDefault(id.trustDomain(), List.of()))));
    }

    private static void checkId(X509Certificate leaf, SpiffeId id) throws WorkloadException {
        try {
            Optional<SpiffeId> claimed = SpiffeId.of(leaf);
            if (!claimed.equals(Optional.of(id))) {
                throw WorkloadException.unusable("the certificate of " + id + " is for "
                        + claimed.map(SpiffeId::toString).orElse("no SPIFFE ID"));
            }
        } catch (CertificateException e) {
            throw WorkloadException.unusable("the certificate of " + id + ": " + text(e));
        }
    }

    private static SpiffeId id(List<Field> svid) throws WorkloadException {
        String text = text(last(svid, SVID_ID));
        try {
            return SpiffeId.parse(text);
        } catch (IllegalArgumentException e) {
            throw WorkloadException.unusable(
                    "the SPIFFE ID \"" + SafeText.line(text, LONGEST_DETAIL) + "\" is none (" + e.getMessage() + ")");
        }
    }

    /** Its SPIFFE ID, or its name alone: agents have sent both. */
    private static String domain(byte[] key) throws WorkloadException {
        String text = text(key);
        String domain = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
        if (!SpiffeId.isTrustDomain(domain)) {
            throw WorkloadException.unusable(
                    "the trust domain \"" + SafeText.line(text, LONGEST_DETAIL) + "\" of a bundle is none");
        }
        return domain;
    }

    /** The bundle beside an SVID is the domain's own: it replaces what federation says of it. */
    private void add(String domain, byte[] bundle) throws WorkloadException {
        domains.put(domain, certificates(bundle, LARGEST_BUNDLE, "the bundle of " + domain));
        if (domains.size() > MOST_DOMAINS) {
            throw WorkloadException.unusable("more than " + MOST_DOMAINS + " trust domains");
        }
    }

    private static List<X509Certificate> certificates(byte[] der, int most, String what) throws WorkloadException {
        try {
            return CertificateParser.parseAll(der, most);
        } catch (CertificateException | RuntimeException | StackOverflowError e) {
            // What a parser did not foresee must not end the one thread that asks.
            throw WorkloadException.unusable(what + " cannot be read: " + text(e));
        }
    }

    private static PrivateKey key(byte[] der) throws WorkloadException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // Of another algorithm. What it says is not told on: it might quote the key.
            }
        }
        throw WorkloadException.unusable("the private key is no PKCS#8 (expected: " + KeyAlgorithm.RULE + ")");
    }

    /** A field that is not repeated counts as it was sent last. */
    private static byte[] last(List<Field> fields, int number) {
        return fields.stream()
                .filter(field -> field.number() == number)
                .reduce((before, after) -> after)
                .map(Field::content)
                .orElse(new byte[0]);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static String text(Throwable failure) {
        return SafeText.line(String.valueOf(failure.getMessage()), LONGEST_DETAIL);
    }
}
