package io.sallyport.backend;

/** What the handlers of a connection to a server hear of the server. */
public enum ServerEvent {
    /** It is down, and its connections are not to go on. */
    DOWN
}
