/** When to ask somebody again who did not answer. */
@NullMarked
package io.sallyport.retry;

import org.jspecify.annotations.NullMarked;
