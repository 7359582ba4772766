package io.sallyport.accesslog;

import java.time.Instant;

/**
 * That failed handshakes were not told of.
 *
 * @param count since the last such line
 */
record LeftOut(Instant at, long count) {}
