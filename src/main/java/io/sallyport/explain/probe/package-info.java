/** One connection to a server, and everything that was seen on it. */
@NullMarked
package io.sallyport.explain.probe;

import org.jspecify.annotations.NullMarked;
