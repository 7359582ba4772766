/**
 * Pools of servers.
 *
 * <p>A {@link io.sallyport.backend.Backend} is a pool with its rules, in one generation. Its
 * {@link io.sallyport.backend.BackendServer}s outlive generations; a server is one address, or a name that stands for
 * several, and each is an {@link io.sallyport.backend.BackendServer.Endpoint} with its load and its health. A
 * {@link io.sallyport.backend.Dial} takes one connection to one of them.
 *
 * <pre>
 * the connection's event loop      Dial: choose from the snapshot, attempt, retry
 * the backends' event loop         health checks, ejections, names: each change makes a new snapshot
 * </pre>
 */
@NullMarked
package io.sallyport.backend;

import org.jspecify.annotations.NullMarked;
