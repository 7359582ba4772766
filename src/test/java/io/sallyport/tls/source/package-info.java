@NullMarked
package io.sallyport.tls.source;

import org.jspecify.annotations.NullMarked;
