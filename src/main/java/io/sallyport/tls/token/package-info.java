/**
 * Private keys that stay in a token (PKCS#11): a hardware security module, a smart card, SoftHSM. What signs with them is kept off
 * the event loops, bounded, and comes back by itself when the token does.
 */
@NullMarked
package io.sallyport.tls.token;

import org.jspecify.annotations.NullMarked;
