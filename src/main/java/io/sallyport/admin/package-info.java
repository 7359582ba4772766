/**
 * The admin listener: HTTP for the people and programs that watch a Sallyport.
 *
 * <p>{@link io.sallyport.admin.AdminServer} owns the socket, {@link io.sallyport.admin.AdminSource} is all that it asks of
 * the proxy. One thread, none of the proxy's: a scrape never delays a client, and a flood of clients never fails a probe.
 */
@NullMarked
package io.sallyport.admin;

import org.jspecify.annotations.NullMarked;
