/** What is wrong with a server, from what a probe or a scan has seen. Nothing here opens a connection. */
@NullMarked
package io.sallyport.explain.judge;

import org.jspecify.annotations.NullMarked;
