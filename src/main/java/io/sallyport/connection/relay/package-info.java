/**
 * The bytes between a client and its server, and the ends of both streams: {@link io.sallyport.connection.relay.StreamEnds} has
 * the state, {@link io.sallyport.connection.relay.Ending} says what each side gets, and a
 * {@link io.sallyport.connection.relay.Peer} is whichever of the two is spoken to.
 */
@NullMarked
package io.sallyport.connection.relay;

import org.jspecify.annotations.NullMarked;
