@NullMarked
package io.sallyport.acme;

import org.jspecify.annotations.NullMarked;
