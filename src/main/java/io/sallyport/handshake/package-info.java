/**
 * Reads TLS handshake bytes: names of code points, the ClientHello, its JA4 fingerprint, and the trace of a handshake.
 *
 * <p>Everything here is a plain object fed with buffers whose indexes it leaves alone; nothing touches a channel, and
 * nothing but {@link io.sallyport.handshake.wire.MalformedHandshakeException} leaves it, whatever the bytes.
 */
package io.sallyport.handshake;
