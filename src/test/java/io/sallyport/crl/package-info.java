@NullMarked
package io.sallyport.crl;

import org.jspecify.annotations.NullMarked;
