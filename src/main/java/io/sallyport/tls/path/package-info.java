/** From a certificate to a trust anchor: RFC 5280 section 6, with name constraints and revocation. */
@NullMarked
package io.sallyport.tls.path;

import org.jspecify.annotations.NullMarked;
