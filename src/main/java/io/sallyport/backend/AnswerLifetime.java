package io.sallyport.backend;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import io.netty.resolver.dns.DnsCnameCache;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shortest time to live of the records of one answer.
 *
 * <p>It is a cache that keeps nothing, since Netty tells the time to live to its caches alone.
 */
final class AnswerLifetime implements DnsCache {
    /** For what has none, as the hosts file. */
    private static final long UNKNOWN = Integer.MAX_VALUE;

    private long seconds = UNKNOWN;

    /** In seconds. */
    long seconds() {
        return seconds;
    }

    @Override
    public void clear() {}

    @Override
    public boolean clear(String name) {
        return false;
    }

    @Override
    public List<? extends DnsCacheEntry> get(String name, DnsRecord[] additionals) {
        return List.of();
    }

    @Override
    public DnsCacheEntry cache(
            String name, DnsRecord[] additionals, InetAddress address, long timeToLive, EventLoop loop) {
        seconds = Math.min(seconds, timeToLive);
        return new Entry(address, null);
    }

    @Override
    public DnsCacheEntry cache(String name, DnsRecord[] additionals, Throwable cause, EventLoop loop) {
        return new Entry(null, cause);
    }

    /** The same for the aliases on the way. */
    DnsCnameCache ofAliases() {
        return new DnsCnameCache() {
            @Override
            public @Nullable String get(String name) {
                return null;
            }

            @Override
            public void cache(String name, String alias, long timeToLive, EventLoop loop) {
                seconds = Math.min(seconds, timeToLive);
            }

            @Override
            public void clear() {}

            @Override
            public boolean clear(String name) {
                return false;
            }
        };
    }

    private record Entry(
            @Nullable InetAddress address, @Nullable Throwable cause) implements DnsCacheEntry {}
}
