@NullMarked
package io.sallyport.tls.x509;

import org.jspecify.annotations.NullMarked;
