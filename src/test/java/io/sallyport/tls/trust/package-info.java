@NullMarked
package io.sallyport.tls.trust;

import org.jspecify.annotations.NullMarked;
