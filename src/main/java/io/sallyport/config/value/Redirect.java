package io.sallyport.config.value;

/** Where the clients of a listener are told to come instead. */
public enum Redirect {
    /** Nowhere: the listener serves them. */
    OFF,
    /** To the listeners with TLS. */
    HTTPS
}
