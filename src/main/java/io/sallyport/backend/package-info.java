/** Pools of servers: addresses, and the dial. */
@NullMarked
package io.sallyport.backend;

import org.jspecify.annotations.NullMarked;
