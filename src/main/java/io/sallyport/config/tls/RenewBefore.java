package io.sallyport.config.tls;

import io.sallyport.config.hocon.Keys;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long before its end a certificate is renewed.
 *
 * @param time null: by share
 * @param percent of the lifetime
 */
public record RenewBefore(@Nullable Duration time, int percent) {
    static final String RULE = "a share of the lifetime, 1%..90%, or a duration, as 33% or 30d";
    static final RenewBefore THIRD = new RenewBefore(null, 33);

    private static final int MOST = 90;

    static RenewBefore parse(String text) {
        if (!text.endsWith("%")) {
            Duration time = Keys.parseDuration(text);
            if (time.isZero()) {
                throw new IllegalArgumentException(text);
            }
            return new RenewBefore(time, 0);
        }
        int percent = Integer.parseInt(text.substring(0, text.length() - 1));
        if (percent < 1 || percent > MOST) {
            throw new IllegalArgumentException(text);
        }
        return new RenewBefore(null, percent);
    }

    /** Never more than nine tenths of it: a certificate would be renewed again and again. */
    public Duration of(Duration lifetime) {
        Duration longest = lifetime.multipliedBy(MOST).dividedBy(100);
        Duration wished = time != null ? time : lifetime.multipliedBy(percent).dividedBy(100);
        return wished.compareTo(longest) > 0 ? longest : wished;
    }
}
