/** How much of the memory outside of the heap one connection may hold. */
@NullMarked
package io.sallyport.memory;

import org.jspecify.annotations.NullMarked;
