package io.sallyport.server;

/** How far a Sallyport has come. */
enum LifeState {
    STARTING,
    READY,
    DRAINING,
    STOPPED
}
