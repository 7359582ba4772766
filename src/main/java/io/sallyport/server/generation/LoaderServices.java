package io.sallyport.server.generation;

import io.netty.channel.EventLoop;
import io.sallyport.tls.context.KeyLog;
import io.sallyport.tls.context.LiveContexts;
import io.sallyport.tls.context.RsaAccelerator;
import io.sallyport.tls.path.SeenPoints;
import io.sallyport.tls.source.KeySources;
import org.jspecify.annotations.Nullable;

/**
 * What every load uses, and none changes.
 *
 * @param keys where certificates and their keys come from
 * @param keyLog null: secrets are kept
 * @param contexts counts the native memory that is held
 * @param points the distribution points that trusted certificates name
 * @param lookups where names of servers are looked up
 */
public record LoaderServices(
        KeySources keys,
        @Nullable KeyLog keyLog,
        LiveContexts contexts,
        RsaAccelerator accelerator,
        SeenPoints points,
        EventLoop lookups) {}
