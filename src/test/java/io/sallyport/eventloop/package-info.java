@NullMarked
package io.sallyport.eventloop;

import org.jspecify.annotations.NullMarked;
