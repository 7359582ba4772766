/**
 * The event loops: their threads, which of the kernel's interfaces carries bytes, how late they run, and who is served
 * first.
 */
@NullMarked
package io.sallyport.eventloop;

import org.jspecify.annotations.NullMarked;
