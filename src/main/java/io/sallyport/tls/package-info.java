/**
 * TLS material and what is made of it.
 *
 * <p>Files become checked, immutable material ({@link io.sallyport.tls.KeyMaterialLoader},
 * {@link io.sallyport.tls.TrustAnchors}); every fault of a file is a line in {@link io.sallyport.tls.Findings}.
 *
 * <p>A client's certificate is judged by {@link io.sallyport.tls.ClientTrust}, on every handshake, in this order: a path of
 * names to an anchor, signatures and dates and purpose along it, revocation along it, access rules. The first fault ends
 * it, as a {@link io.sallyport.tls.ClientCertificateException} that becomes the alert for the client.
 */
@NullMarked
package io.sallyport.tls;

import org.jspecify.annotations.NullMarked;
