/** What is read of a certificate: names, keys, signatures. Bounded, since a stranger may have written it. */
@NullMarked
package io.sallyport.tls.x509;

import org.jspecify.annotations.NullMarked;
