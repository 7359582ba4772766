@NullMarked
package io.sallyport.sources;

import org.jspecify.annotations.NullMarked;
