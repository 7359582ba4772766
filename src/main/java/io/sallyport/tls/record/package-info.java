/** The record layer of an established connection, straight on BoringSSL. */
@NullMarked
package io.sallyport.tls.record;

import org.jspecify.annotations.NullMarked;
