package io.sallyport.server.generation;

import io.netty.channel.EventLoop;
import io.sallyport.tls.context.KeyLog;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.context.RsaAccelerator;
import org.jspecify.annotations.Nullable;

/**
 * What every load uses, and none changes.
 *
 * @param keyLog null: secrets are kept
 * @param contexts counts the native memory that is held
 * @param lookups where names of servers are looked up
 */
public record LoaderServices(
        @Nullable KeyLog keyLog, LiveContexts contexts, RsaAccelerator accelerator, EventLoop lookups) {}
