@NullMarked
package io.sallyport.starttls;

import org.jspecify.annotations.NullMarked;
