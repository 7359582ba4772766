/** A certificate chain with its key and its stapled response, checked and immutable. */
@NullMarked
package io.sallyport.tls.material;

import org.jspecify.annotations.NullMarked;
