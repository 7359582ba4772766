/** BoringSSL contexts: policy, certificates, tickets, and which of them a ClientHello gets. */
@NullMarked
package io.sallyport.tls.context;

import org.jspecify.annotations.NullMarked;
