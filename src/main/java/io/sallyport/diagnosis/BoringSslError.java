package io.sallyport.diagnosis;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error of BoringSSL's, read from the message of the exception that Netty makes of it: the one place where the text of a
 * library is read. BoringSSL has documented the form since it began (err.h, ERR_error_string_n), and Netty keeps the number to
 * itself.
 *
 * @param receivedAlert the description of the alert that the peer sent; -1 where BoringSSL found the fault itself
 * @param reason the name in ssl.h without its prefix, as {@code NO_SHARED_CIPHER}
 */
public record BoringSslError(int receivedAlert, String reason) {
    /** {@code error:100000f0:SSL routines:OPENSSL_internal:REASON}. */
    private static final Pattern FORM =
            Pattern.compile("error:([0-9a-fA-F]{8}):[^:]*:OPENSSL_internal:([A-Za-z0-9_ ]+)");

    /** The reason is the low twelve bits; those of received alerts begin at SSL_AD_REASON_OFFSET of ssl.h. */
    private static final int REASON_MASK = 0xFFF;

    private static final int ALERTS = 1000;
    private static final int LAST_ALERT = 255;

    /** Whether it is one that all of BoringSSL's libraries share (err.h), in lower case: none is about what the peer sent. */
    public boolean isOwnFault() {
        return Character.isLowerCase(reason.charAt(0));
    }

    /** Empty where the message is another's. */
    public static Optional<BoringSslError> in(@Nullable Throwable thrown) {
        Matcher matcher = FORM.matcher(thrown == null ? "" : String.valueOf(thrown.getMessage()));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int alert = (Integer.parseUnsignedInt(matcher.group(1), 16) & REASON_MASK) - ALERTS;
        return Optional.of(new BoringSslError(alert >= 0 && alert <= LAST_ALERT ? alert : -1, matcher.group(2)));
    }
}
