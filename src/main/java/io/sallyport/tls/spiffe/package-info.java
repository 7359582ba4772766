/** The identity of this workload and the authorities of trust domains, from the SPIFFE Workload API. */
@NullMarked
package io.sallyport.tls.spiffe;

import org.jspecify.annotations.NullMarked;
