@NullMarked
package io.sallyport.handshake;

import org.jspecify.annotations.NullMarked;
