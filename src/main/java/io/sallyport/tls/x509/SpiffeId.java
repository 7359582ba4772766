package io.sallyport.tls.x509;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a workload (SPIFFE-ID section 2), as {@code spiffe://example.org/db}.
 *
 * @param path with its first slash; empty: the trust domain itself
 */
public record SpiffeId(String trustDomain, String path) {
    private static final String SCHEME = "spiffe://";
    private static final int LONGEST = 2048;
    private static final int LONGEST_DOMAIN = 255;
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9._-]+");
    private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9._-]+");

    /**
     * Parses an ID; nothing is normalized.
     *
     * @throws IllegalArgumentException saying which rule it breaks
     */
    public static SpiffeId parse(String text) {
        if (!text.startsWith(SCHEME) || text.length() > LONGEST) {
            throw new IllegalArgumentException("expected: spiffe://DOMAIN/PATH of at most " + LONGEST + " characters");
        }
        int slash = text.indexOf('/', SCHEME.length());
        String domain = slash < 0 ? text.substring(SCHEME.length()) : text.substring(SCHEME.length(), slash);
        String path = slash < 0 ? "" : text.substring(slash);
        if (!isTrustDomain(domain)) {
            throw new IllegalArgumentException(
                    "expected: a trust domain of lower case letters, digits, '.', '-' and '_'");
        }
        if (!path.isEmpty()) {
            checkPath(path);
        }
        return new SpiffeId(domain, path);
    }

    public static boolean isTrustDomain(String text) {
        return text.length() <= LONGEST_DOMAIN && DOMAIN.matcher(text).matches();
    }

    private static void checkPath(String path) {
        for (String segment : path.substring(1).split("/", -1)) {
            if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException(
                        "expected: path segments of letters, digits, '.', '-' and '_', none empty, '.' or '..'");
            }
        }
    }

    /**
     * What a certificate claims to be; empty where it claims no SPIFFE ID. Whether it may is another question.
     *
     * @throws CertificateParsingException when it claims more than one name, or one that is none (X509-SVID section 2)
     */
    public static Optional<SpiffeId> of(X509Certificate certificate) throws CertificateParsingException {
        AlternativeNames names = AlternativeNames.of(certificate);
        List<String> uris = names.uris();
        if (uris.stream().noneMatch(uri -> uri.toLowerCase(Locale.ROOT).startsWith("spiffe:"))) {
            return Optional.empty();
        }
        if (uris.size() > 1 || names.unreadable().contains(AlternativeNames.Kind.URI)) {
            throw new CertificateParsingException(
                    "a SPIFFE ID and further URIs (expected: one URI, X509-SVID section 2)");
        }
        try {
            return Optional.of(parse(uris.get(0)));
        } catch (IllegalArgumentException e) {
            throw new CertificateParsingException(
                    "the SPIFFE ID \"" + uris.get(0) + "\" is none (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public String toString() {
        return SCHEME + trustDomain + path;
    }
}
