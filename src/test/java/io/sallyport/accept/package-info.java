@NullMarked
package io.sallyport.accept;

import org.jspecify.annotations.NullMarked;
