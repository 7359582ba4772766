package io.sallyport.acme;

import io.sallyport.config.tls.RenewBefore;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a certificate is renewed. */
final class Renewal {
    /** Many proxies that started together do not ask together. */
    private static final double JITTER = 0.1;

    private Renewal() {}

    /**
     * When the authority would have a certificate renewed (RFC 9773 section 4.2).
     *
     * @param end after {@code start}
     */
    record Window(Instant start, Instant end) {}

    /**
     * The moment; it may be over.
     *
     * @param suggested null: the authority does not say. One at whose end the certificate is over counts as none: nothing good
     *     comes of waiting for it
     * @param random 0..1
     */
    static Instant due(
            Instant notBefore, Instant notAfter, RenewBefore before, @Nullable Window suggested, double random) {
        if (suggested != null && !suggested.end().isAfter(notAfter)) {
            return suggested.start().plus(share(Duration.between(suggested.start(), suggested.end()), random));
        }
        Duration ahead = before.of(Duration.between(notBefore, notAfter));
        return notAfter.minus(ahead).minus(share(ahead, JITTER * random));
    }

    private static Duration share(Duration whole, double share) {
        return Duration.ofMillis((long) (whole.toMillis() * share));
    }
}
