package io.sallyport.tls.file;

import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;

/** Warns of certificates that are not valid now. A warning alone: they can be replaced while the proxy serves. */
public final class Validity {
    private Validity() {}

    public static void warn(Collection<X509Certificate> certificates, Instant now, Findings.About file) {
        for (X509Certificate certificate : certificates) {
            String subject = DistinguishedName.display(certificate.getSubjectX500Principal());
            Instant notBefore = certificate.getNotBefore().toInstant();
            Instant notAfter = certificate.getNotAfter().toInstant();
            if (now.isAfter(notAfter)) {
                file.warning(subject + " expired at " + notAfter + " (expected: a certificate that is valid now)");
            } else if (now.isBefore(notBefore)) {
                file.warning(
                        subject + " is not valid before " + notBefore + " (expected: a certificate that is valid now)");
            }
        }
    }
}
