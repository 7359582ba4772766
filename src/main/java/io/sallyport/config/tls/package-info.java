/** The part of a configuration that is about TLS: certificates, policy, who may connect, and TLS towards a backend. */
@NullMarked
package io.sallyport.config.tls;

import org.jspecify.annotations.NullMarked;
