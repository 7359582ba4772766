package io.sallyport.server.lifecycle;

/** The states of a server, in the order in which it passes through them. */
public enum LifecycleState {
    STARTING,
    READY,
    DRAINING,
    STOPPED
}
