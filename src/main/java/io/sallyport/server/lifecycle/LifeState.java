package io.sallyport.server.lifecycle;

/** How far a Sallyport has come, in the order of a life. */
public enum LifeState {
    STARTING,
    READY,
    DRAINING,
    STOPPED
}
