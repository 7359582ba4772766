package io.sallyport.explain.judge;

import io.sallyport.explain.probe.ServedChain;
import io.sallyport.tls.material.CertificateChain;
import io.sallyport.tls.x509.DistinguishedName;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a chain leads to a trust anchor (RFC 5280 section 6), apart from its dates: they are told of by themselves, and an
 * expired certificate shall not hide that its issuer is unknown.
 *
 * @param anchor the name of the anchor that it leads to; empty when it leads to none
 * @param broken the rule that the way there breaks, in the JDK's words; empty when none
 */
public record ChainPath(String anchor, String broken) {
    private static final ChainPath NONE = new ChainPath("", "");

    public static ChainPath find(ServedChain served, List<X509Certificate> anchors, Instant now) {
        if (anchors.contains(served.leaf())) {
            return new ChainPath(CertificateText.subject(served.leaf()), "");
        }
        if (anchors.isEmpty()) {
            return NONE;
        }
        Date date = Date.from(withinAll(served, now));
        try {
            Optional<ChainPath> built = build(served, anchors, date);
            return built.isPresent() ? built.get() : follow(served, anchors, date);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has PKIX", e);
        }
    }

    public boolean isTrusted() {
        return !anchor.isEmpty() && broken.isEmpty();
    }

    private static Optional<ChainPath> build(ServedChain served, List<X509Certificate> anchors, Date date)
            throws GeneralSecurityException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(served.leaf());
        Set<TrustAnchor> trusted =
                anchors.stream().map(anchor -> new TrustAnchor(anchor, null)).collect(Collectors.toSet());
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, target);
        parameters.setRevocationEnabled(false);
        parameters.setDate(date);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(served.sent())));
        try {
            PKIXCertPathBuilderResult path = (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
            return Optional.of(
                    new ChainPath(CertificateText.subject(path.getTrustAnchor().getTrustedCert()), ""));
        } catch (CertPathBuilderException | InvalidAlgorithmParameterException e) {
            // It says of every failure that there is no path.
            return Optional.empty();
        }
    }

    /** Follows the one chain that was sent, to learn where it breaks. */
    private static ChainPath follow(ServedChain served, List<X509Certificate> anchors, Date date)
            throws GeneralSecurityException {
        List<X509Certificate> ordered = served.chain().ordered();
        for (int length = 1; length <= ordered.size(); length++) {
            X509Certificate last = ordered.get(length - 1);
            Optional<X509Certificate> issuer = anchors.stream()
                    .filter(anchor -> CertificateChain.isIssuedBy(last, anchor))
                    .findFirst();
            if (issuer.isPresent()) {
                return validate(ordered.subList(0, length), issuer.get(), date);
            }
        }
        return NONE;
    }

    private static ChainPath validate(List<X509Certificate> chain, X509Certificate anchor, Date date)
            throws GeneralSecurityException {
        String name = DistinguishedName.display(anchor.getSubjectX500Principal());
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(date);
        try {
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
            return new ChainPath(name, "");
        } catch (CertPathValidatorException e) {
            String which = e.getIndex() >= 0 && e.getIndex() < chain.size()
                    ? CertificateText.subject(chain.get(e.getIndex())) + ": "
                    : "";
            return new ChainPath(name, which + e.getMessage());
        }
    }

    /** Now, or the nearest time at which all certificates are valid. */
    private static Instant withinAll(ServedChain served, Instant now) {
        Instant time = now;
        for (X509Certificate certificate : served.chain().ordered()) {
            Instant end = certificate.getNotAfter().toInstant();
            time = time.isAfter(end) ? end : time;
        }
        for (X509Certificate certificate : served.chain().ordered()) {
            Instant start = certificate.getNotBefore().toInstant();
            time = time.isBefore(start) ? start : time;
        }
        return time;
    }
}
