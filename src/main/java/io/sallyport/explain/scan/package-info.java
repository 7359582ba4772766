/** What a server takes, learnt by asking it again and again. */
@NullMarked
package io.sallyport.explain.scan;

import org.jspecify.annotations.NullMarked;
