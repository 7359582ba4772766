@NullMarked
package io.sallyport.text;

import org.jspecify.annotations.NullMarked;
