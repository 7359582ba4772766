package io.sallyport.config.value;

/** What a configuration says about the kernel's interface for sockets. */
public enum TransportChoice {
    /** The best that there is. */
    AUTO,
    EPOLL,
    /** The JDK's own. */
    NIO
}
