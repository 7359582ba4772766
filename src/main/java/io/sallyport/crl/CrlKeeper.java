package io.sallyport.crl;

import io.sallyport.crl.HttpFetch.Answer;
import io.sallyport.crl.HttpFetch.Validators;
import io.sallyport.metrics.CrlMeters.FetchResult;
import io.sallyport.text.SafeText;
import io.sallyport.tls.path.Crl;
import io.sallyport.tls.path.CrlJudge;
import io.sallyport.tls.path.CrlRefusal;
import io.sallyport.tls.x509.DistinguishedName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Keeps one list fresh: asks, judges, stores. Whatever fails, the list that is stored stays. */
final class CrlKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.crl");
    private static final int LONGEST = 500;

    private final CrlSubscription wanted;
    private final HttpFetch http;
    private final StoredCrl stored;
    private final CrlJudge judge;
    private final InstantSource clock;
    private final DoubleSupplier random;
    private @Nullable Crl held;
    private StoredCrl.State state = StoredCrl.State.NONE;
    private int failures;
    private @Nullable Instant next;
    private @Nullable Instant lastAttempt;
    private @Nullable FetchResult lastResult;
    private String lastDetail = "";
    private volatile CrlStatus status;

    /**
     * What came of one attempt.
     *
     * @param changed whether another list is stored
     * @param delay until the next
     */
    record Outcome(FetchResult result, boolean changed, Duration delay) {}

    /** @param random shares of chance, from 0 to 1 */
    CrlKeeper(CrlSubscription wanted, HttpFetch http, InstantSource clock, DoubleSupplier random) {
        this.wanted = wanted;
        this.http = http;
        this.stored = new StoredCrl(wanted.file());
        this.judge = new CrlJudge(wanted.issuers(), wanted.name());
        this.clock = clock;
        this.random = random;
        this.status = show();
    }

    CrlSubscription wanted() {
        return wanted;
    }

    /** Looks at what is stored, and says how long it is until the first request. */
    synchronized Duration begin() {
        try {
            look();
        } catch (IOException e) {
            LOG.debug("the storage cannot be read", e); // The first request will say so.
        }
        Duration delay = CrlPlan.first(held != null, wanted.refresh(), random.getAsDouble());
        next = clock.instant().plus(delay);
        status = show();
        return delay;
    }

    /** Asks once. Blocks; one at a time. */
    synchronized Outcome attempt() throws InterruptedException {
        Instant now = clock.instant();
        lastAttempt = now;
        try {
            boolean changed = fetch(now);
            @Nullable Instant due = held == null ? null : held.nextUpdate();
            if (due != null && now.isAfter(due)) {
                failed(FetchResult.EXPIRED, "the latest list was to be replaced at " + due);
                return outcome(FetchResult.EXPIRED, changed, Duration.ZERO);
            }
            failures = 0;
            lastDetail = "";
            lastResult = changed ? FetchResult.SUCCESS : FetchResult.UNCHANGED;
            return outcome(lastResult, changed, Duration.ZERO);
        } catch (FetchFailure e) {
            failed(e.result(), String.valueOf(e.getMessage()));
            return outcome(e.result(), false, e.retryAfter());
        } catch (CrlRefusal e) {
            FetchResult result = FetchResult.valueOf(e.fault().name());
            failed(result, SafeText.line(String.valueOf(e.getMessage()), LONGEST));
            return outcome(result, false, Duration.ZERO);
        } catch (IOException e) {
            failed(FetchResult.STORAGE, "storage: " + SafeText.line(e.toString(), LONGEST));
            return outcome(FetchResult.STORAGE, false, Duration.ZERO);
        } catch (RuntimeException e) {
            // A list that nobody asks for any more would go out of date unseen.
            LOG.atDebug().setCause(e).log("fetching failed");
            failed(FetchResult.ERROR, SafeText.line(e.toString(), LONGEST));
            return outcome(FetchResult.ERROR, false, Duration.ZERO);
        }
    }

    /** As it was after the last attempt: whoever asks does not wait for one that is under way. */
    CrlStatus status() {
        return status;
    }

    private CrlStatus show() {
        Crl list = held;
        return new CrlStatus(
                wanted.url().toString(),
                wanted.name(),
                wanted.isConfigured() ? "configuration" : "certificate",
                list == null ? null : DistinguishedName.display(list.issuer()),
                list == null ? null : list.number(),
                list == null ? null : list.thisUpdate(),
                list == null ? null : list.nextUpdate(),
                list == null ? null : state.confirmed(),
                next,
                lastAttempt,
                lastResult == null ? null : lastResult.tag(),
                lastDetail,
                failures);
    }

    /** Whether another list is stored now. */
    private boolean fetch(Instant now) throws FetchFailure, CrlRefusal, IOException, InterruptedException {
        // Another process may have stored one, or somebody taken it away.
        look();
        Answer answer = http.get(wanted, held == null ? Validators.NONE : state.validators());
        byte @Nullable [] body = answer.body().orElse(null);
        if (body == null) {
            confirm(state.hash(), answer.validators(), now);
            return false;
        }
        Crl list = judge.judge(body, held, now);
        boolean same = held != null && Arrays.equals(held.encoded(), list.encoded());
        if (!same) {
            stored.write(list.encoded());
            held = list;
            about(LOG.atInfo())
                    .addKeyValue("issuer", DistinguishedName.display(list.issuer()))
                    .addKeyValue("number", String.valueOf(list.number()))
                    .addKeyValue("next_update", String.valueOf(list.nextUpdate()))
                    .log("a revocation list is fetched");
        }
        confirm(StoredCrl.hash(list.encoded()), answer.validators(), now);
        return !same;
    }

    private void confirm(String hash, Validators validators, Instant now) throws IOException {
        state = new StoredCrl.State(hash, validators, now, wanted.point());
        stored.write(wanted.url(), state);
    }

    private void look() throws IOException {
        byte @Nullable [] content = stored.read().orElse(null);
        held = content == null ? null : judge.held(content).orElse(null);
        StoredCrl.State found = stored.state();
        boolean whole = content != null && StoredCrl.hash(content).equals(found.hash());
        // What a server says of one list would be believed of another: it would never be replaced.
        state = whole ? found : StoredCrl.State.NONE;
    }

    private void failed(FetchResult result, String detail) {
        failures++;
        boolean told = result == lastResult && detail.equals(lastDetail);
        lastResult = result;
        lastDetail = detail;
        // Once for each new fault; the metric counts.
        about(told ? LOG.atDebug() : LOG.atWarn())
                .addKeyValue("result", result.tag())
                .addKeyValue("failures", failures)
                .log(
                        "a revocation list is not renewed, {}: {}",
                        held == null ? "and there is none" : "the old one stays in force",
                        detail);
    }

    private Outcome outcome(FetchResult result, boolean changed, Duration wish) {
        Instant now = clock.instant();
        Crl list = held;
        Duration delay = result.isGood() && list != null
                ? CrlPlan.afterSuccess(
                        wanted.refresh(), list.thisUpdate(), list.nextUpdate(), now, random.getAsDouble())
                : CrlPlan.afterFailure(wanted.refresh(), Math.max(1, failures), wish, random.getAsDouble());
        next = now.plus(delay);
        status = show();
        return new Outcome(result, changed, delay);
    }

    private LoggingEventBuilder about(LoggingEventBuilder line) {
        return line.addKeyValue("url", SafeText.line(wanted.url().toString(), LONGEST))
                .addKeyValue("name", wanted.name());
    }
}
