@NullMarked
package io.sallyport.handshake.wire;

import org.jspecify.annotations.NullMarked;
