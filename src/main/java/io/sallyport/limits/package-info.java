/** How much is taken on: pure counters, without Netty. */
@NullMarked
package io.sallyport.limits;

import org.jspecify.annotations.NullMarked;
