/** Which of the kernel's interfaces carries bytes: event loops, channels and socket options of one kind. */
@NullMarked
package io.sallyport.transport;

import org.jspecify.annotations.NullMarked;
