/**
 * Answers plain HTTP with the same address by https, or with what proves a name to a certificate authority (http-01), and
 * closes.
 *
 * <p>Nothing of a request goes anywhere: it is bounded, judged by {@link io.sallyport.redirect.Redirects}, and forgotten.
 *
 * <pre>
 * request-start   tells that the client has begun; TLS gets an alert; gone after the first bytes
 * http            Netty's codec, bounded
 * redirect        the first request is answered, whatever comes behind it is dropped
 * </pre>
 */
@NullMarked
package io.sallyport.redirect;

import org.jspecify.annotations.NullMarked;
