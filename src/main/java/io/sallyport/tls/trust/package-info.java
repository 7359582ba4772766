/** Who is let in by a certificate, and which servers are believed. */
@NullMarked
package io.sallyport.tls.trust;

import org.jspecify.annotations.NullMarked;
