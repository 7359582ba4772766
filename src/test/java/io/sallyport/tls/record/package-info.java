@NullMarked
package io.sallyport.tls.record;

import org.jspecify.annotations.NullMarked;
