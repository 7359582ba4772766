@NullMarked
package io.sallyport.explain.scan;

import org.jspecify.annotations.NullMarked;
