@NullMarked
package io.sallyport.server.listen;

import org.jspecify.annotations.NullMarked;
