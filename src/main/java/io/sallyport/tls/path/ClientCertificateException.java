package io.sallyport.tls.path;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client certificate that is refused; the message is a sentence that names it. */
public final class ClientCertificateException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final ClientCertificateFailure failure;
    private final String rule;

    private ClientCertificateException(
            ClientCertificateFailure failure, String message, @Nullable Throwable cause, String rule) {
        super(message, cause);
        this.failure = failure;
        this.rule = rule;
    }

    /** @param detail the rest of the sentence, behind the names and dates of {@code certificate} */
    static ClientCertificateException about(
            X509Certificate certificate, ClientCertificateFailure failure, String detail, @Nullable Throwable cause) {
        return new ClientCertificateException(failure, message(certificate, detail), cause, "");
    }

    /**
     * An access rule refuses the certificate.
     *
     * @param rule as the configuration writes it, or that none speaks of the certificate
     */
    public static ClientCertificateException refusedByRule(X509Certificate certificate, String rule) {
        return new ClientCertificateException(
                ClientCertificateFailure.REFUSED_BY_RULE, message(certificate, "refused: " + rule), null, rule);
    }

    private static String message(X509Certificate certificate, String detail) {
        return DistinguishedName.display(certificate.getSubjectX500Principal())
                + ", issued by "
                + DistinguishedName.display(certificate.getIssuerX500Principal())
                + ", serial "
                + certificate.getSerialNumber().toString(16)
                + ", valid from "
                + certificate.getNotBefore().toInstant()
                + " to "
                + certificate.getNotAfter().toInstant()
                + ": "
                + DistinguishedName.printable(detail);
    }

    static ClientCertificateException about(
            X509Certificate certificate, ClientCertificateFailure failure, String detail) {
        return about(certificate, failure, detail, null);
    }

    /** For a certificate whose key alone was looked at. */
    public static ClientCertificateException aboutKey(String spkiSha256) {
        String rule = "no allow rule speaks of this key";
        return new ClientCertificateException(
                ClientCertificateFailure.REFUSED_BY_RULE,
                "a certificate whose key has the spki-sha256 \"" + spkiSha256 + "\": refused: " + rule,
                null,
                rule);
    }

    public static ClientCertificateException malformed(Throwable cause) {
        return new ClientCertificateException(
                ClientCertificateFailure.MALFORMED,
                "the certificate cannot be read: "
                        + DistinguishedName.shortened(
                                cause.getMessage() == null ? cause.toString() : cause.getMessage()),
                cause,
                "");
    }

    /** The refusal behind {@code failure}, the cause of a failed handshake, if it is one. */
    public static Optional<ClientCertificateException> in(@Nullable Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClientCertificateException refusal) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }

    /** What an access rule said; empty where none decided. */
    public String rule() {
        return rule;
    }

    public ClientCertificateFailure failure() {
        return failure;
    }

    /** The form in which Netty hands the alert on to BoringSSL; {@link #in} finds this one in it. */
    public OpenSslCertificateException withAlert() {
        return new OpenSslCertificateException(String.valueOf(getMessage()), this, failure.verificationError());
    }
}
