@NullMarked
package io.sallyport.memory;

import org.jspecify.annotations.NullMarked;
