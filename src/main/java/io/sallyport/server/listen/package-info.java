/** Bound sockets: ports, files and what was handed over, and how they are left to others. */
@NullMarked
package io.sallyport.server.listen;

import org.jspecify.annotations.NullMarked;
