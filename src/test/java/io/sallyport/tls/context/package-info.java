@NullMarked
package io.sallyport.tls.context;

import org.jspecify.annotations.NullMarked;
