/** What {@code quickstart} needs and a real deployment has: a certificate, a backend, a configuration. */
@NullMarked
package io.sallyport.quickstart;

import org.jspecify.annotations.NullMarked;
