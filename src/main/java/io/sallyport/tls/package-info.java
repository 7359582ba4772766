/**
 * TLS material and what is made of it.
 *
 * <p>Files become checked, immutable material ({@link io.sallyport.tls.KeyMaterialLoader},
 * {@link io.sallyport.tls.TrustAnchors}); every fault of a file is a line in {@link io.sallyport.tls.Findings}.
 */
@NullMarked
package io.sallyport.tls;

import org.jspecify.annotations.NullMarked;
