/**
 * The data plane. Handlers translate Netty's callbacks, and {@link io.sallyport.connection.ProxyConnection} hands them on:
 * first to the {@link io.sallyport.connection.Admission}, which ends with an admitted client or a failure, then to the
 * {@link io.sallyport.connection.Session}, which dials and relays. What each side gets at the end is a table,
 * {@link io.sallyport.connection.relay.Ending}.
 *
 * <pre>
 * listener   accept-gate    over the limit: parked, or reset before any TLS work
 * frontend   linger         turns a close into FIN, wait for the peer, close: an alert is not lost to a reset
 *            proxy-protocol where the peer is trusted to send a header: bounded, gone once it is whole
 *            starttls       where clients begin in plain text: answered up to TLS, then gone
 *            redirect       where plain HTTP is sent on: the first request is answered, and nothing of the rest is there
 *            trace          every byte of the handshake, then gone
 *            client-hello   bounded; replaced by tls once the ClientHello is whole
 *            handshake-records  one record at a time to tls, until the handshake is done
 *            tls            SslHandler on BoringSSL, then our own record path
 *            frontend       to ProxyConnection.onX()
 * backend               the PROXY protocol header is written once the connection stands, below all handlers
 *            tls            optional: handshake, then our own record path
 *            backend        to ProxyConnection.onX()
 * </pre>
 *
 * <pre>
 *  Admission  PROXY header, ClientHello, route, turn, handshake
 *  Session    DIALLING to RELAYING to HALF_CLOSED
 *       either may end at any time, with one CloseReason
 * </pre>
 *
 * Both channels of a connection live on one event loop, so nothing here locks.
 */
@NullMarked
package io.sallyport.connection;

import org.jspecify.annotations.NullMarked;
