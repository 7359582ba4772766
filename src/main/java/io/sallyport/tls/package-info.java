/**
 * TLS material and what is made of it.
 *
 * <p>Sources of keys ({@link io.sallyport.tls.source.KeySource}) and files ({@link io.sallyport.tls.path.TrustAnchors}) give checked,
 * immutable material; every fault of one is a line in {@link io.sallyport.tls.file.Findings}. Of it contexts are made, which belong
 * to the {@link io.sallyport.tls.context.ContextPool} of a generation.
 *
 * <p>A client's certificate is judged by {@link io.sallyport.tls.trust.ClientTrust}, on every handshake, in this order: a path of
 * names to an anchor, signatures and dates and purpose along it, revocation along it, access rules. The first fault ends
 * it, as a {@link io.sallyport.tls.path.ClientCertificateException} that becomes the alert for the client.
 */
package io.sallyport.tls;
