@NullMarked
package io.sallyport.handshake.trace;

import org.jspecify.annotations.NullMarked;
