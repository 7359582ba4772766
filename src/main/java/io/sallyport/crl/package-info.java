/**
 * Fetches revocation lists and keeps them fresh.
 *
 * <p>{@link io.sallyport.crl.CrlFetcher} owns the threads. What it has fetched and judged it writes into a storage, and asks for a
 * look at the files; what is in force is read from there, by the same path as any other list. When a list is asked for is decided
 * in {@link io.sallyport.crl.CrlPlan}, without asking anybody.
 */
@NullMarked
package io.sallyport.crl;

import org.jspecify.annotations.NullMarked;
