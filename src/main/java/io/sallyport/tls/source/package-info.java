/** Where key material comes from. */
@NullMarked
package io.sallyport.tls.source;

import org.jspecify.annotations.NullMarked;
