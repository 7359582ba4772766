package io.sallyport.backend;

/**
 * A server with its part in one backend of one generation.
 *
 * @param weight of each of its addresses
 * @param backup whether it is used only when no other can be
 */
public record PoolMember(BackendServer server, int weight, boolean backup) {}
