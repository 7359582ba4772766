/**
 * Says why a handshake failed: where it broke, who ended it, what was missing, what the likely cause is and what helps.
 *
 * <p>Pure functions of facts: the client's offer, what the route allows, the trace, and how the connection ended.
 */
@NullMarked
package io.sallyport.diagnosis;

import org.jspecify.annotations.NullMarked;
