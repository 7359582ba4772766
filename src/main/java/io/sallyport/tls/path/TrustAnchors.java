package io.sallyport.tls.path;

import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.file.PemCertificates;
import io.sallyport.tls.file.Validity;
import io.sallyport.tls.x509.DistinguishedName;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that a chain may end in. Every certificate of the files is one, intermediates too.
 *
 * <p>What an anchor says of itself counts as for OpenSSL: dates, constraints, key usage, purpose. One that may not issue
 * certificates is trusted as itself alone. One that another anchor issued is an intermediate of that one, and revocation
 * lists are asked about it.
 *
 * @param sources in the order of the configuration
 */
public record TrustAnchors(List<Source> sources) {
    private static final String EXPECTED = "a PEM file with one or more certificates";

    public TrustAnchors {
        sources = List.copyOf(sources);
    }

    /**
     * One file, {@code system}, or one trust domain.
     *
     * @param name as the configuration has it, for messages and metrics
     * @param trustDomain whose SVIDs these certificates judge, and nothing else; null: everything that claims no SPIFFE ID
     */
    public record Source(
            String name,
            List<X509Certificate> certificates,
            @Nullable String trustDomain) {
        public Source {
            certificates = List.copyOf(certificates);
        }

        public Source(String name, List<X509Certificate> certificates) {
            this(name, certificates, null);
        }

        /** The authorities of one trust domain. */
        public static Source ofDomain(String trustDomain, List<X509Certificate> certificates) {
            return new Source("spiffe://" + trustDomain, certificates, trustDomain);
        }
    }

    /** What keeps a claim to a SPIFFE ID from being judged by files while no trust domain is known yet. */
    private static final Source NO_DOMAIN = new Source("spiffe", List.of(), "");

    /** Every certificate once. */
    public List<X509Certificate> certificates() {
        return sources.stream()
                .flatMap(source -> source.certificates().stream())
                .distinct()
                .toList();
    }

    /**
     * Reads what the configuration names. Blocks; what cannot be read is missing in the result, and a problem in
     * {@code findings}.
     *
     * @param where {@code file:line} of the entry in the configuration, for messages
     * @param now what validity is judged by
     */
    public static TrustAnchors load(List<TrustAnchorConfig> configs, String where, Instant now, Findings findings) {
        return load(configs, where, now, findings, Map.of());
    }

    /** The same where {@code domains} are the authorities of each trust domain. */
    public static TrustAnchors load(
            List<TrustAnchorConfig> configs,
            String where,
            Instant now,
            Findings findings,
            Map<String, List<X509Certificate>> domains) {
        List<Source> sources = new ArrayList<>();
        for (TrustAnchorConfig config : configs) {
            if (config instanceof TrustAnchorConfig.Spiffe) {
                sources.add(NO_DOMAIN);
                domains.forEach((domain, certificates) -> sources.add(Source.ofDomain(domain, certificates)));
                continue;
            }
            @Nullable Path file = config instanceof TrustAnchorConfig.PemFile pem ? pem.file() : null;
            Findings.About about = findings.about(where, file == null ? Path.of("system") : file);
            try {
                List<X509Certificate> certificates =
                        file == null ? systemStore() : PemCertificates.read(file, EXPECTED);
                if (file != null) {
                    Validity.warn(certificates, now, about);
                    certificates.forEach(certificate -> tellWhatItCannotDo(certificate, about));
                }
                sources.add(new Source(about.subject(), certificates));
            } catch (MaterialException e) {
                about.problem(e);
            }
        }
        return new TrustAnchors(sources);
    }

    private static void tellWhatItCannotDo(X509Certificate certificate, Findings.About file) {
        String subject = DistinguishedName.display(certificate.getSubjectX500Principal());
        @Nullable String obstacle = CertificateRules.obstacleToIssuing(certificate);
        if (obstacle != null) {
            file.warning(subject + " may not issue certificates: " + obstacle + "; it is trusted as itself alone"
                    + " (expected: an authority, or the very certificate that is shown)");
        }
        @Nullable
        String fault = CertificateRules.unknownCriticalExtensions(certificate).isEmpty()
                ? NameConstraints.fault(certificate)
                : "its critical extensions are not known: " + CertificateRules.unknownCriticalExtensions(certificate);
        if (fault != null) {
            file.warning(subject + " lets nobody in: " + fault + " (expected: extensions of RFC 5280)");
        }
    }

    private static List<X509Certificate> systemStore() throws MaterialException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((@Nullable KeyStore) null);
            List<X509Certificate> certificates = Stream.of(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()))
                    .toList();
            if (certificates.isEmpty()) {
                throw new MaterialException("the JVM has no certificate authorities (expected: its cacerts file)");
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            throw new MaterialException("the JVM's certificate authorities cannot be read: " + e.getMessage());
        }
    }
}
