/** Assembly: generation, listeners, life cycle, drain. The only package that knows all others but the command line. */
@NullMarked
package io.sallyport.server;

import org.jspecify.annotations.NullMarked;
