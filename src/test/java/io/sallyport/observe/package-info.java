@NullMarked
package io.sallyport.observe;

import org.jspecify.annotations.NullMarked;
