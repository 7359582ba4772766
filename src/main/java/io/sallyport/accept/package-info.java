/** Who is let in before any TLS: limits of connections, sources and handshakes, and the turns of those that wait. */
@NullMarked
package io.sallyport.accept;

import org.jspecify.annotations.NullMarked;
