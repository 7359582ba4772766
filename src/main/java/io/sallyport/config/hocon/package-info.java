/** Reading HOCON: sections and keys, every problem with its place, and which keys a reload may change. */
@NullMarked
package io.sallyport.config.hocon;

import org.jspecify.annotations.NullMarked;
