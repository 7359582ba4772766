/** What a server is asked to find out whether it works, and which answer is good. */
@NullMarked
package io.sallyport.backend.probe;

import org.jspecify.annotations.NullMarked;
