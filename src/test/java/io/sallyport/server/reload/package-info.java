@NullMarked
package io.sallyport.server.reload;

import org.jspecify.annotations.NullMarked;
