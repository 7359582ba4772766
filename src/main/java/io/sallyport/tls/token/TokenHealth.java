package io.sallyport.tls.token;

import io.sallyport.metrics.TokenMeters;
import io.sallyport.metrics.TokenMeters.SignatureResult;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What came of each signature that a token was asked for: for the metrics, for {@code /status}, and for the log. */
final class TokenHealth {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");

    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final TokenName token;
    private final TokenMeters meters;
    private SignatureResult last = SignatureResult.SUCCESS;
    private String detail = "";
    private Instant time = Instant.now();
    private int failures;
    private String reported = "";
    private long reportedAt = System.nanoTime() - PAUSE;

    TokenHealth(TokenName token, TokenMeters meters) {
        this.token = token;
        this.meters = meters;
    }

    synchronized TokenStatus status() {
        return new TokenStatus(
                token.label(),
                token.module().toString(),
                last == SignatureResult.SUCCESS,
                time,
                last.tag(),
                detail,
                failures);
    }

    /** When a signature was last asked for. */
    synchronized Instant lastSignature() {
        return time;
    }

    /** @param fault null: it was made */
    synchronized void signed(@Nullable TokenException fault) {
        last = fault == null ? SignatureResult.SUCCESS : fault.result();
        detail = fault == null ? "" : fault.words();
        failures = fault == null ? 0 : failures + 1;
        time = Instant.now();
        meters.signed(token.label(), last);
        report();
    }

    /** A line when what is wrong changes, and one a second at the most: of a token that works at times every other fails. */
    private void report() {
        long now = System.nanoTime();
        if (reported.equals(detail) || now - reportedAt < PAUSE) {
            return;
        }
        reported = detail;
        reportedAt = now;
        if (detail.isEmpty()) {
            LOG.atInfo().addKeyValue("token", token.toString()).log("the token signs again");
        } else {
            LOG.atWarn()
                    .addKeyValue("token", token.toString())
                    .addKeyValue("result", last.tag())
                    .log("the token does not sign: {}", detail);
        }
    }
}
