@NullMarked
package io.sallyport.explain.probe;

import org.jspecify.annotations.NullMarked;
