@NullMarked
package io.sallyport.config.value;

import org.jspecify.annotations.NullMarked;
