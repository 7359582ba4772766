/** What Netty's TLS keeps private and Sallyport needs. */
@NullMarked
package io.sallyport.tls.netty;

import org.jspecify.annotations.NullMarked;
