/**
 * Records and messages of a handshake, read from bytes of a stranger. Everything is bounded, and indexes of buffers are
 * left alone.
 */
@NullMarked
package io.sallyport.handshake.wire;

import org.jspecify.annotations.NullMarked;
