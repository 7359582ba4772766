/**
 * Explains a TLS server from the client's side: a handshake through BoringSSL with its steps, the certificate chain and its
 * problems, resumption, and a scan of what the server takes.
 *
 * <p>{@link io.sallyport.explain.Explainer} does it, with connections one after another and all of them bounded in time;
 * {@link io.sallyport.explain.report.Explanation} is what comes of it, and the two reports put it into text and JSON. It is a tool
 * for a person: it blocks, and the proxy never calls it.
 */
@NullMarked
package io.sallyport.explain;

import org.jspecify.annotations.NullMarked;
