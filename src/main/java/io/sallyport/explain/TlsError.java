package io.sallyport.explain;

import io.netty.handler.codec.DecoderException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why BoringSSL ended a handshake.
 *
 * @param receivedAlert the server's alert, however it was encrypted; -1 when the fault was found on our side
 * @param reason BoringSSL's code as {@code UNSUPPORTED_PROTOCOL}, or the words of what was thrown
 */
record TlsError(int receivedAlert, String reason) {
    /** {@code error:10000412:SSL routines:OPENSSL_internal:REASON}. */
    private static final Pattern FORM = Pattern.compile("error:([0-9a-fA-F]{8}):[^:]*:[^:]*:([A-Z0-9_]+)");

    /** The reason is the low twelve bits; those of received alerts begin at SSL_AD_REASON_OFFSET of ssl.h. */
    private static final int REASON_MASK = 0xFFF;

    private static final int ALERTS = 1000;

    /** What is thrown tells of; null when it is no fault of TLS, but the end of TCP. */
    static @Nullable TlsError of(Throwable thrown) {
        Throwable cause = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (!(cause instanceof SSLException)) {
            return null;
        }
        String words = String.valueOf(cause.getMessage());
        Matcher matcher = FORM.matcher(words);
        if (!matcher.find()) {
            return words.contains("closed while") ? null : new TlsError(-1, words);
        }
        int alert = (Integer.parseUnsignedInt(matcher.group(1), 16) & REASON_MASK) - ALERTS;
        return new TlsError(alert >= 0 && alert <= 255 ? alert : -1, matcher.group(2));
    }
}
