@NullMarked
package io.sallyport.config.tls;

import org.jspecify.annotations.NullMarked;
