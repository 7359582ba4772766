/**
 * Files with certificates, keys and secrets: read whole or refused, and every fault is a line in {@link
 * io.sallyport.tls.file.Findings}.
 */
@NullMarked
package io.sallyport.tls.file;

import org.jspecify.annotations.NullMarked;
