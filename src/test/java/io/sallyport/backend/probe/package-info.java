@NullMarked
package io.sallyport.backend.probe;

import org.jspecify.annotations.NullMarked;
