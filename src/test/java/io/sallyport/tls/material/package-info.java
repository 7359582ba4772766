@NullMarked
package io.sallyport.tls.material;

import org.jspecify.annotations.NullMarked;
