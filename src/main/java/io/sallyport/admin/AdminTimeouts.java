package io.sallyport.admin;

import java.time.Duration;

/**
 * How long a client may take; after that it is cut off. And how often samples are taken.
 *
 * @param firstRequest from accept to the last byte of the first request
 * @param nextRequest from one answer to the last byte of the next request
 * @param answer for reading one answer
 * @param leave for closing after the last answer
 * @param sample from one event of a stream to the next
 * @param history from one remembered sample to the next
 */
record AdminTimeouts(
        Duration firstRequest,
        Duration nextRequest,
        Duration answer,
        Duration leave,
        Duration sample,
        Duration history) {
    /** The wait for the next request is longer than the usual scrape interval, so that a scraper keeps its connection. */
    static final AdminTimeouts DEFAULT = new AdminTimeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(90),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10));
}
