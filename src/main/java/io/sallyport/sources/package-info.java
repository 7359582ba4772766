/** Who may connect, by address and by the fingerprint of a client's TLS: lists, loaded whole or refused, and looked up on event loops. */
@NullMarked
package io.sallyport.sources;

import org.jspecify.annotations.NullMarked;
