package io.sallyport.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What is fetched of revocation lists, by their URL in the configuration, or by the file of a distribution point's. */
public final class CrlMeters {
    private final ResultCounters<FetchResult> fetches;
    private final Timestamps confirmed;

    public CrlMeters(MeterRegistry registry) {
        this.fetches = new ResultCounters<>(
                registry,
                "crl.fetches",
                "Requests for a revocation list, by result.",
                "name",
                FetchResult.values(),
                FetchResult::tag);
        this.confirmed = new Timestamps(
                registry,
                "crl.fetched.timestamp",
                "When the server of a revocation list last sent it, or said that it is still the same, Unix time.");
    }

    /** What came of a request. */
    public enum FetchResult {
        /** A new list is stored. */
        SUCCESS,
        /** The list that is stored is still the latest. */
        UNCHANGED,
        /** The latest list is past its next update. It is used for those whom it names. */
        EXPIRED,
        /** No answer, or not in time. */
        UNREACHABLE,
        /** The server answered with another status than 200 or 304. */
        REFUSED,
        /** A redirect, or a distribution point, leads where nothing is fetched from. */
        FORBIDDEN,
        /** The answer is larger than any list that is taken. */
        TOO_LARGE,
        /** It is no revocation list. */
        MALFORMED,
        /** No trusted issuer signed it, or another one than the list in use. */
        UNTRUSTED,
        /** It is older than the list in use. */
        OLDER,
        /** It is of a time that has not come yet. */
        NOT_YET_VALID,
        /** The storage could not be read or written. */
        STORAGE,
        /** Anything else. */
        ERROR;

        /** The label value. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether the server has the latest list, and it is in force. */
        public boolean isGood() {
            return this == SUCCESS || this == UNCHANGED;
        }
    }

    /** Counts for these lists, from 0, and for no others any more. */
    public void follow(Set<String> names) {
        fetches.follow(names);
    }

    /** Counts one; of a list that is followed no more, nothing. */
    public void fetched(String name, FetchResult result) {
        fetches.count(name, result);
    }

    /** Publishes when each list was last confirmed by its server, and no others any more. */
    public void confirmed(Map<String, Instant> times) {
        Map<Tags, Instant> tagged = new HashMap<>();
        times.forEach((name, time) -> tagged.put(Tags.of("name", name), time));
        confirmed.show(tagged);
    }
}
