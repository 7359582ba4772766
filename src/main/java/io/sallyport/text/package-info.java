/** Text that a stranger chose, made fit for terminals, logs and pages: visible, on one line, of bounded length. */
@NullMarked
package io.sallyport.text;

import org.jspecify.annotations.NullMarked;
