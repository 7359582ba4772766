/**
 * What is said in plain text before TLS begins, in the protocols that ask for it: a state machine for each, fed with bytes,
 * for either side. A {@link io.sallyport.starttls.StartTlsServer} is what a listener is to its client; a
 * {@link io.sallyport.starttls.StartTlsClient} is what the proxy is to a server.
 *
 * <p>Nothing here touches a channel. What is said is text with one character for each byte, for binary protocols too.
 * Whatever the peer sends is bounded: a line, a message, and how many of them.
 */
@NullMarked
package io.sallyport.starttls;

import org.jspecify.annotations.NullMarked;
