@NullMarked
package io.sallyport.server.lifecycle;

import org.jspecify.annotations.NullMarked;
