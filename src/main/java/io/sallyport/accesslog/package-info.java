/** One line for each connection and each failed handshake, and the failed handshakes that are kept for a while. */
@NullMarked
package io.sallyport.accesslog;

import org.jspecify.annotations.NullMarked;
