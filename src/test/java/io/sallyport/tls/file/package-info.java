@NullMarked
package io.sallyport.tls.file;

import org.jspecify.annotations.NullMarked;
