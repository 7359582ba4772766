@NullMarked
package io.sallyport.limits;

import org.jspecify.annotations.NullMarked;
