@NullMarked
package io.sallyport.server.generation;

import org.jspecify.annotations.NullMarked;
