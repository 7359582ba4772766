@NullMarked
package io.sallyport.proxyprotocol;

import org.jspecify.annotations.NullMarked;
