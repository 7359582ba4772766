/** What epoll tells that Netty passes over, and an order of service that puts established connections first. */
@NullMarked
package io.sallyport.eventloop.epoll;

import org.jspecify.annotations.NullMarked;
