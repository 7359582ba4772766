/** The registries of IANA: names of code points. The CSV files are in IANA's own form. */
@NullMarked
package io.sallyport.handshake.iana;

import org.jspecify.annotations.NullMarked;
