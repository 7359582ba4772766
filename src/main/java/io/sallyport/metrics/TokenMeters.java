package io.sallyport.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Locale;
import java.util.Set;

/** What tokens (PKCS#11) sign, by their labels in the configuration. */
public final class TokenMeters {
    private final ResultCounters<SignatureResult> signatures;

    public TokenMeters(MeterRegistry registry) {
        this.signatures = new ResultCounters<>(
                registry,
                "token.signatures",
                "Signatures asked of a token, those that only try it included, by result.",
                "token",
                SignatureResult.values(),
                SignatureResult::tag);
    }

    /** What came of asking for a signature. */
    public enum SignatureResult {
        SUCCESS,
        /** The token is not in any slot, or was taken out. */
        ABSENT,
        /** The token refuses the PIN, or would lock with one more wrong one. */
        PIN_REFUSED,
        /** The token did not answer in time. */
        TIMEOUT,
        /** The token does not answer, and as many wait for it as may. */
        QUEUE_FULL,
        /** Anything else. */
        ERROR;

        /** The label value. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** That nobody reads. */
    public static TokenMeters none() {
        return new TokenMeters(new CompositeMeterRegistry());
    }

    /** Counts for these tokens, from 0, and for no others any more. */
    public void follow(Set<String> tokens) {
        signatures.follow(tokens);
    }

    /** Counts one; of a token that is not followed, nothing. */
    public void signed(String token, SignatureResult result) {
        signatures.count(token, result);
    }
}
