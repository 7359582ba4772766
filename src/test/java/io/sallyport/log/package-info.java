@NullMarked
package io.sallyport.log;

import org.jspecify.annotations.NullMarked;
