/** Meters, the access log and the program's own log. Label values come from closed sets, never from the wire. */
@NullMarked
package io.sallyport.observe;

import org.jspecify.annotations.NullMarked;
