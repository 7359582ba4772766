package io.sallyport.connection;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.sallyport.diagnosis.BoringSslError;
import io.sallyport.diagnosis.BoringSslReasons;
import io.sallyport.diagnosis.FailureDetail;
import io.sallyport.diagnosis.FailureReason;
import io.sallyport.diagnosis.HandshakeEnd;
import io.sallyport.diagnosis.HandshakeFailure;
import io.sallyport.handshake.iana.AlertDescriptions;
import io.sallyport.proxyprotocol.HeaderException;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.path.ClientCertificateFailure;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What an exception of the handshake means. */
final class HandshakeError {
    private HandshakeError() {}

    /** Reads an exception. */
    static HandshakeFailure of(Throwable thrown) {
        Throwable cause = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        String words = String.valueOf(cause.getMessage());
        if (cause instanceof NotSslRecordException) {
            return new HandshakeFailure(
                    FailureReason.PROTOCOL_ERROR, HandshakeEnd.GARBAGE, "a record that is no TLS record");
        }
        if (cause instanceof ClosedChannelException) {
            return new HandshakeFailure(FailureReason.CLIENT_LEFT, HandshakeEnd.FIN, "the TCP connection closed");
        }
        if (cause instanceof SSLException) {
            return ofTls(cause, words);
        }
        if (cause instanceof IOException) {
            return new HandshakeFailure(FailureReason.CLIENT_RESET, HandshakeEnd.RESET, words);
        }
        return internal(cause);
    }

    /** A peer that has to send a PROXY protocol header, and whose first bytes are not one. */
    static HandshakeFailure ofProxyHeader(HeaderException why, String firstBytes) {
        return why.isMissing()
                ? new HandshakeFailure(
                        FailureReason.PROXY_HEADER_MISSING,
                        HandshakeEnd.GARBAGE,
                        why.getMessage() + ", first bytes " + firstBytes)
                : new HandshakeFailure(
                        FailureReason.PROXY_HEADER_MALFORMED, HandshakeEnd.GARBAGE, String.valueOf(why.getMessage()));
    }

    private static HandshakeFailure internal(Throwable cause) {
        return new HandshakeFailure(
                FailureReason.INTERNAL_ERROR,
                HandshakeEnd.CLOSED,
                cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }

    /** Whether the exception comes from the TLS engine and not from the socket. */
    static boolean isTls(Throwable thrown) {
        return thrown instanceof SSLException
                || (thrown instanceof DecoderException && thrown.getCause() instanceof SSLException);
    }

    private static HandshakeFailure ofTls(Throwable cause, String words) {
        Optional<ClientCertificateException> refusal = ClientCertificateException.in(cause);
        if (refusal.isPresent()) {
            ClientCertificateFailure failure = refusal.get().failure();
            String message = String.valueOf(refusal.get().getMessage());
            return new HandshakeFailure(
                    reason(failure),
                    HandshakeEnd.ALERT_SENT,
                    failure == ClientCertificateFailure.REFUSED_BY_RULE
                            ? new FailureDetail.DecidedByRule(
                                    message, refusal.get().rule())
                            : new FailureDetail.Text(message),
                    AlertDescriptions.code(failure.alert()));
        }
        if (cause.getCause() instanceof ClosedChannelException) {
            return new HandshakeFailure(FailureReason.CLIENT_LEFT, HandshakeEnd.FIN, "the TCP connection closed");
        }
        @Nullable Throwable below = cause.getCause();
        if (below != null && !(below instanceof SSLException) && !(below instanceof CertificateException)) {
            // What BoringSSL calls back for, a signature, failed: no fault of the client, who gets no alert either.
            return internal(below);
        }
        return BoringSslError.in(cause)
                .map(BoringSslReasons::failure)
                .orElseGet(() -> new HandshakeFailure(FailureReason.PROTOCOL_ERROR, HandshakeEnd.ALERT_SENT, words));
    }

    private static FailureReason reason(ClientCertificateFailure failure) {
        return switch (failure) {
            case EXPIRED -> FailureReason.CLIENT_CERTIFICATE_EXPIRED;
            case NOT_YET_VALID -> FailureReason.CLIENT_CERTIFICATE_NOT_YET_VALID;
            case REVOKED -> FailureReason.CLIENT_CERTIFICATE_REVOKED;
            case UNKNOWN_ISSUER -> FailureReason.CLIENT_CERTIFICATE_UNKNOWN_ISSUER;
            case WRONG_PURPOSE -> FailureReason.CLIENT_CERTIFICATE_WRONG_PURPOSE;
            case CHAIN_TOO_DEEP -> FailureReason.CLIENT_CERTIFICATE_CHAIN_TOO_DEEP;
            case REFUSED_BY_RULE -> FailureReason.CLIENT_CERTIFICATE_REFUSED;
            case BAD_SIGNATURE, CRL_UNAVAILABLE, CRL_EXPIRED, MALFORMED -> FailureReason.CLIENT_CERTIFICATE_INVALID;
        };
    }
}
