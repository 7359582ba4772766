@NullMarked
package io.sallyport.backend;

import org.jspecify.annotations.NullMarked;
