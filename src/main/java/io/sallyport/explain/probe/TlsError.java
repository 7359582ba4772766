package io.sallyport.explain.probe;

import io.netty.handler.codec.DecoderException;
import io.sallyport.diagnosis.BoringSslError;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why BoringSSL ended a handshake.
 *
 * @param receivedAlert the server's alert, however it was encrypted; -1 when the fault was found on our side
 * @param reason BoringSSL's code as {@code UNSUPPORTED_PROTOCOL}, or the words of what was thrown
 */
public record TlsError(int receivedAlert, String reason) {
    /** What is thrown tells of; null when it is no fault of TLS, but the end of TCP. */
    static @Nullable TlsError of(Throwable thrown) {
        Throwable cause = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (!(cause instanceof SSLException)) {
            return null;
        }
        return BoringSslError.in(cause)
                .map(error -> new TlsError(error.receivedAlert(), error.reason()))
                .orElseGet(() -> new TlsError(-1, String.valueOf(cause.getMessage())));
    }
}
