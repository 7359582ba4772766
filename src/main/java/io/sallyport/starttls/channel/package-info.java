/** What the proxy says to a server in plain text before TLS, on Netty's channels. */
@NullMarked
package io.sallyport.starttls.channel;

import org.jspecify.annotations.NullMarked;
