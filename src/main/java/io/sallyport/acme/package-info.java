/**
 * Orders certificates from an authority and renews them (ACME, RFC 8555).
 *
 * <p>{@link io.sallyport.acme.AcmeClient} owns the one thread. It writes files into a storage, and asks for a look at them; what
 * is served is read from there, by the same path as any other file. What is decided without speaking to anybody, as when a
 * certificate is renewed, is in {@link io.sallyport.acme.Plan}.
 */
@NullMarked
package io.sallyport.acme;

import org.jspecify.annotations.NullMarked;
