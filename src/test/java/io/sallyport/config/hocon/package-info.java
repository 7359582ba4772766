@NullMarked
package io.sallyport.config.hocon;

import org.jspecify.annotations.NullMarked;
