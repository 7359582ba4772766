/**
 * The PROXY protocol, versions 1 and 2 (proxy-protocol.txt of HAProxy): the bytes in front of a connection that tell who
 * is at its far end. Netty's codec knows the format; what surrounds it is here: bounds, checksum, what is told.
 */
@NullMarked
package io.sallyport.proxyprotocol;

import org.jspecify.annotations.NullMarked;
