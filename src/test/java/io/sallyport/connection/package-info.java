@NullMarked
package io.sallyport.connection;

import org.jspecify.annotations.NullMarked;
