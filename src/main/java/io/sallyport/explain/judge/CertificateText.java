package io.sallyport.explain.judge;

import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** How reports write the subject and the dates of a certificate. */
public final class CertificateText {
    private CertificateText() {}

    public static String subject(X509Certificate certificate) {
        return DistinguishedName.display(certificate.getSubjectX500Principal());
    }

    public static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    public static String days(long days) {
        return days == 1 ? "1 day" : days + " days";
    }
}
