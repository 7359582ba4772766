/**
 * HOCON to validated, immutable records. Every problem of a file is found in one pass and told with file and line.
 *
 * <p>{@link io.sallyport.config.ConfigLoader} is the only way in; nothing here touches the network or Netty.
 */
@NullMarked
package io.sallyport.config;

import org.jspecify.annotations.NullMarked;
