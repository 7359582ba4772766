/** What holds for the whole: the arrows between the packages, and what the README promises. */
@NullMarked
package io.sallyport;

import org.jspecify.annotations.NullMarked;
