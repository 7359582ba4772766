@NullMarked
package io.sallyport.diagnosis;

import org.jspecify.annotations.NullMarked;
