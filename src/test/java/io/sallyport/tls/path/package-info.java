@NullMarked
package io.sallyport.tls.path;

import org.jspecify.annotations.NullMarked;
