/**
 * TLS material and what is made of it.
 *
 * <p>Files become checked, immutable material ({@link io.sallyport.tls.source.KeyMaterialLoader},
 * {@link io.sallyport.tls.path.TrustAnchors}); every fault of a file is a line in {@link io.sallyport.tls.file.Findings}.
 *
 * <p>A client's certificate is judged by {@link io.sallyport.tls.trust.ClientTrust}, on every handshake, in this order: a path of
 * names to an anchor, signatures and dates and purpose along it, revocation along it, access rules. The first fault ends
 * it, as a {@link io.sallyport.tls.path.ClientCertificateException} that becomes the alert for the client.
 */
package io.sallyport.tls;
