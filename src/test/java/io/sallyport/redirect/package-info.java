@NullMarked
package io.sallyport.redirect;

import org.jspecify.annotations.NullMarked;
