package io.sallyport.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What is ordered from certificate authorities, by the name of the authority in the configuration. */
public final class AcmeMeters {
    private final ResultCounters<OrderResult> orders;
    private final Timestamps renewals;

    public AcmeMeters(MeterRegistry registry) {
        this.orders = new ResultCounters<>(
                registry,
                "acme.orders",
                "Certificates ordered from an authority, by result.",
                "authority",
                OrderResult.values(),
                OrderResult::tag);
        this.renewals = new Timestamps(
                registry, "acme.next.order.timestamp", "When the certificate is ordered next, Unix time.");
    }

    /** What came of an order. */
    public enum OrderResult {
        /** A certificate is in the storage. */
        SUCCESS,
        /** The authority does not sign these names, or does not take the account. */
        REFUSED,
        /** The authority has had too many orders. */
        RATE_LIMITED,
        /** No answer, or not in time. */
        UNREACHABLE,
        /** What the authority sent is no certificate for these names and this key, or not valid now. */
        UNUSABLE,
        /** The storage could not be read or written. */
        STORAGE,
        /** Anything else. */
        ERROR;

        /** The label value. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Counts for these authorities, from 0, and for no others any more. */
    public void follow(Set<String> authorities) {
        orders.follow(authorities);
    }

    public void ordered(String authority, OrderResult result) {
        orders.count(authority, result);
    }

    /** Publishes when each certificate is ordered next, by what it is called, and no others any more. */
    public void nextOrders(Map<String, Instant> times) {
        Map<Tags, Instant> tagged = new HashMap<>();
        times.forEach((name, time) -> tagged.put(Tags.of("name", name), time));
        renewals.show(tagged);
    }
}
