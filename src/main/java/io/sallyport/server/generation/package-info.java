/** What one load makes of a configuration: staged, which nothing uses yet, then serving, which everything reads. */
@NullMarked
package io.sallyport.server.generation;

import org.jspecify.annotations.NullMarked;
