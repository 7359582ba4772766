@NullMarked
package io.sallyport.tls.token;

import org.jspecify.annotations.NullMarked;
