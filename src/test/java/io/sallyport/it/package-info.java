/** The packaged jar as a process of its own, under limits that hold for a process. */
@NullMarked
package io.sallyport.it;

import org.jspecify.annotations.NullMarked;
