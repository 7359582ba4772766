@NullMarked
package io.sallyport.tls.spiffe;

import org.jspecify.annotations.NullMarked;
