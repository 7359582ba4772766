package io.sallyport.explain.report;

import io.sallyport.explain.judge.CertificateKey;
import io.sallyport.explain.judge.CertificateText;
import io.sallyport.explain.judge.ChainJudge;
import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The certificates that a server sent, in the order of the wire, in a {@link JsonReport}. */
record CertificatesReport(boolean trusted, @Nullable String anchor, List<CertificateReport> sent) {

    static CertificatesReport of(Explanation explanation) {
        String anchor = explanation.anchor();
        return new CertificatesReport(
                !anchor.isEmpty(),
                anchor.isEmpty() ? null : anchor,
                explanation.certificates().stream().map(CertificateReport::of).toList());
    }

    record CertificateReport(
            String subject,
            String issuer,
            String serial,
            List<String> names,
            String notBefore,
            String notAfter,
            String key,
            String signature) {
        static CertificateReport of(X509Certificate certificate) {
            return new CertificateReport(
                    CertificateText.subject(certificate),
                    DistinguishedName.display(certificate.getIssuerX500Principal()),
                    certificate.getSerialNumber().toString(16),
                    ChainJudge.names(certificate),
                    certificate.getNotBefore().toInstant().toString(),
                    certificate.getNotAfter().toInstant().toString(),
                    CertificateKey.describe(certificate.getPublicKey()),
                    certificate.getSigAlgName());
        }
    }
}
