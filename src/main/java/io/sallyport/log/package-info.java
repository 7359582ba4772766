/** The process's own log: text or JSON lines on standard output, and levels that can be changed while it runs. */
@NullMarked
package io.sallyport.log;

import org.jspecify.annotations.NullMarked;
