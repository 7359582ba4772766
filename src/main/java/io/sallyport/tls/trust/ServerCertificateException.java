package io.sallyport.tls.trust;

import io.netty.handler.ssl.OpenSslCertificateException;
import java.security.cert.CertificateException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server of a backend that is not spoken to; the message is a sentence that names its certificate. */
public final class ServerCertificateException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final ServerCertificateFailure failure;

    ServerCertificateException(ServerCertificateFailure failure, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.failure = failure;
    }

    /** The refusal behind {@code failure}, the cause of a failed handshake, if it is one. */
    public static Optional<ServerCertificateException> in(@Nullable Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServerCertificateException refusal) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }

    public ServerCertificateFailure failure() {
        return failure;
    }

    /** The form in which Netty hands the alert on to BoringSSL; {@link #in} finds this one in it. */
    OpenSslCertificateException withAlert() {
        return new OpenSslCertificateException(String.valueOf(getMessage()), this, failure.verificationError());
    }
}
