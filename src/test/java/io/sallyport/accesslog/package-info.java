@NullMarked
package io.sallyport.accesslog;

import org.jspecify.annotations.NullMarked;
