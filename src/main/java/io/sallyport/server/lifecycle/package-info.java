/** The one control thread: start, reload, drain, stop and rotation come to it as messages, one after the other. */
@NullMarked
package io.sallyport.server.lifecycle;

import org.jspecify.annotations.NullMarked;
