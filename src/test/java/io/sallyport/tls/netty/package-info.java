/** The private parts of Netty that are read. */
@NullMarked
package io.sallyport.tls.netty;

import org.jspecify.annotations.NullMarked;
