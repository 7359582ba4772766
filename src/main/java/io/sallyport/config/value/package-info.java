/** Values of a configuration that are more than a number or a text: addresses, networks, patterns, and the closed sets. */
@NullMarked
package io.sallyport.config.value;

import org.jspecify.annotations.NullMarked;
