/** What Prometheus scrapes. Label values come from closed sets, never from the wire. */
@NullMarked
package io.sallyport.metrics;

import org.jspecify.annotations.NullMarked;
