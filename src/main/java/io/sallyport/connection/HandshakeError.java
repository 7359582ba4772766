package io.sallyport.connection;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.sallyport.handshake.ClientHello;
import io.sallyport.handshake.FailureReason;
import io.sallyport.tls.ClientCertificateException;
import io.sallyport.tls.ClientCertificateFailure;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What an exception of the handshake means.
 *
 * @param detail BoringSSL's reason code or the exception's words
 */
record HandshakeError(FailureReason reason, String detail) {

    /** BoringSSL's error strings end in their reason: {@code error:100000f0:SSL routines:OPENSSL_internal:REASON}. */
    private static final Pattern BORINGSSL = Pattern.compile("OPENSSL_internal:([A-Z0-9_]+)");

    /** Before TLS 1.3 the groups on offer hold for ECDSA certificates too. */
    private static final String WRONG_CURVE = "WRONG_CURVE";

    /** Reason codes of BoringSSL's ssl/errors.h; the ALERT ones are alerts that the client sent. */
    private static final Map<String, FailureReason> REASONS = Map.ofEntries(
            Map.entry("UNSUPPORTED_PROTOCOL", FailureReason.NO_COMMON_VERSION),
            Map.entry("NO_SHARED_CIPHER", FailureReason.NO_COMMON_SUITE),
            Map.entry("NO_SHARED_GROUP", FailureReason.NO_COMMON_GROUP),
            Map.entry(WRONG_CURVE, FailureReason.NO_COMMON_GROUP),
            Map.entry("NO_COMMON_SIGNATURE_ALGORITHMS", FailureReason.NO_COMMON_SIGNATURE_SCHEME),
            Map.entry("NO_APPLICATION_PROTOCOL", FailureReason.NO_COMMON_ALPN),
            Map.entry("PEER_DID_NOT_RETURN_A_CERTIFICATE", FailureReason.CLIENT_CERTIFICATE_MISSING),
            Map.entry("KEY_USAGE_BIT_INCORRECT", FailureReason.CLIENT_CERTIFICATE_WRONG_PURPOSE),
            Map.entry("BAD_SIGNATURE", FailureReason.BAD_CERTIFICATE_VERIFY),
            Map.entry("BAD_DECRYPT", FailureReason.BAD_RECORD),
            Map.entry("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", FailureReason.BAD_RECORD),
            Map.entry("DIGEST_CHECK_FAILED", FailureReason.BAD_RECORD),
            Map.entry("TLSV1_ALERT_UNKNOWN_CA", FailureReason.CLIENT_REJECTED_ISSUER),
            Map.entry("SSLV3_ALERT_CERTIFICATE_EXPIRED", FailureReason.CLIENT_REJECTED_EXPIRED),
            Map.entry("SSLV3_ALERT_BAD_CERTIFICATE", FailureReason.CLIENT_REJECTED_CERTIFICATE),
            Map.entry("SSLV3_ALERT_CERTIFICATE_UNKNOWN", FailureReason.CLIENT_REJECTED_CERTIFICATE),
            Map.entry("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", FailureReason.CLIENT_REJECTED_CERTIFICATE),
            Map.entry("SSLV3_ALERT_CERTIFICATE_REVOKED", FailureReason.CLIENT_REJECTED_CERTIFICATE));

    /**
     * Reads an exception.
     *
     * @param hello what the client offered; null when no whole ClientHello came
     */
    static HandshakeError of(Throwable thrown, @Nullable ClientHello hello) {
        Throwable cause = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        String words = String.valueOf(cause.getMessage());
        if (cause instanceof NotSslRecordException) {
            return new HandshakeError(FailureReason.PROTOCOL_ERROR, "a record that is no TLS record");
        }
        if (cause instanceof ClosedChannelException) {
            return new HandshakeError(FailureReason.CLIENT_LEFT, "the TCP connection closed");
        }
        if (cause instanceof SSLException) {
            return ofTls(cause, words, hello);
        }
        if (cause instanceof IOException) {
            return new HandshakeError(FailureReason.CLIENT_RESET, words);
        }
        return new HandshakeError(FailureReason.INTERNAL_ERROR, cause.getClass().getSimpleName() + ": " + words);
    }

    /** Whether the exception comes from the TLS engine and not from the socket. */
    static boolean isTls(Throwable thrown) {
        return thrown instanceof SSLException
                || (thrown instanceof DecoderException && thrown.getCause() instanceof SSLException);
    }

    private static HandshakeError ofTls(Throwable cause, String words, @Nullable ClientHello hello) {
        Optional<ClientCertificateException> refusal = ClientCertificateException.in(cause);
        if (refusal.isPresent()) {
            return new HandshakeError(
                    reason(refusal.get().failure()),
                    String.valueOf(refusal.get().getMessage()));
        }
        if (cause.getCause() instanceof ClosedChannelException || words.contains("Connection closed while")) {
            return new HandshakeError(FailureReason.CLIENT_LEFT, "the TCP connection closed");
        }
        Matcher matcher = BORINGSSL.matcher(words);
        if (!matcher.find()) {
            return new HandshakeError(FailureReason.PROTOCOL_ERROR, words);
        }
        String code = matcher.group(1);
        if (code.equals(WRONG_CURVE) && hello != null && hello.groups().size() == 0) {
            // No suite on offer needs a group: the client lacks more than a curve.
            return new HandshakeError(FailureReason.NO_COMMON_SUITE, code);
        }
        FailureReason other = code.contains("_ALERT_") ? FailureReason.CLIENT_ALERT : FailureReason.PROTOCOL_ERROR;
        return new HandshakeError(REASONS.getOrDefault(code, other), code);
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
