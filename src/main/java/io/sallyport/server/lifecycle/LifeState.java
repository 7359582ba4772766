package io.sallyport.server.lifecycle;

/** How far a Sallyport has come. */
public enum LifeState {
    STARTING,
    READY,
    DRAINING,
    STOPPED
}
