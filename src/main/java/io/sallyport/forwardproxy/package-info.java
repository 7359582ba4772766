/** Ways through a forward proxy to a server: CONNECT of HTTP and SOCKS 5, spoken by Netty, with replies told apart here. */
@NullMarked
package io.sallyport.forwardproxy;

import org.jspecify.annotations.NullMarked;
