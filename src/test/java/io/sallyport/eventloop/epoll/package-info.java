@NullMarked
package io.sallyport.eventloop.epoll;

import org.jspecify.annotations.NullMarked;
