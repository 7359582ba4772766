/** What changed: in files, and between two configurations. */
@NullMarked
package io.sallyport.server.reload;

import org.jspecify.annotations.NullMarked;
