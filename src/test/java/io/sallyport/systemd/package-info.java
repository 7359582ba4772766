@NullMarked
package io.sallyport.systemd;

import org.jspecify.annotations.NullMarked;
