/** A running Sallyport as the command line sees it, and what operators see of it. */
@NullMarked
package io.sallyport.server;

import org.jspecify.annotations.NullMarked;
