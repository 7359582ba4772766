@NullMarked
package io.sallyport.connection.relay;

import org.jspecify.annotations.NullMarked;
