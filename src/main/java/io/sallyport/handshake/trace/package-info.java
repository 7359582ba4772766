/** Every message of one handshake with its time, and the JA4 fingerprint of its ClientHello. */
@NullMarked
package io.sallyport.handshake.trace;

import org.jspecify.annotations.NullMarked;
