@NullMarked
package io.sallyport.quickstart;

import org.jspecify.annotations.NullMarked;
