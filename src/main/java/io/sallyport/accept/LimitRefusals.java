package io.sallyport.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.sallyport.accept.SourceLimiter.Refused;
import io.sallyport.log.RateLimitedLog;
import io.sallyport.metrics.ListenerMeters.Limit;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Resets connections that a limit of their listener refuses: each is counted, one line a second and limit is logged. */
public final class LimitRefusals {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");

    private final Map<Limit, RateLimitedLog> logs = new EnumMap<>(Limit.class);

    public LimitRefusals() {
        for (Limit limit : Limit.values()) {
            logs.put(limit, new RateLimitedLog(LOG));
        }
    }

    static Limit limit(Refused refused) {
        return switch (refused) {
            case CONNECTIONS -> Limit.CONNECTIONS_PER_SOURCE;
            case RATE -> Limit.HANDSHAKE_RATE_PER_SOURCE;
        };
    }

    /** Counts a refusal, and logs it at most once a second. */
    void count(AcceptSettings settings, Limit limit) {
        settings.meters().limitRejected(limit);
        RateLimitedLog log = logs.get(limit);
        if (log != null) {
            log.at(Level.WARN)
                    .addKeyValue("listener", settings.name())
                    .addKeyValue("limit", limit.tag())
                    .log(words(limit));
        }
    }

    /** Resets a connection that nothing was done for yet. */
    void reset(Channel child, AcceptSettings settings, Limit limit) {
        count(settings, limit);
        child.config().setOption(ChannelOption.SO_LINGER, 0);
        child.unsafe().closeForcibly();
    }

    private static String words(Limit limit) {
        return switch (limit) {
            case CONNECTIONS -> "the listener is full: connections are refused (limits.connections of the listener)";
            case ALL_CONNECTIONS -> "the process is full: connections are refused (limits.connections)";
            case CONNECTIONS_PER_SOURCE ->
                "a source has too many connections: more are refused (limits.connections-per-source)";
            case HANDSHAKE_RATE_PER_SOURCE ->
                "a source connects too often: connections are refused (limits.handshake-rate-per-source)";
            case HANDSHAKES_IN_FLIGHT ->
                "too many handshakes: waiting clients are refused (limits.handshakes-in-flight, .handshake-queue)";
            case MEMORY -> "memory is nearly used up: connections are refused (heap, direct memory or control group)";
        };
    }
}
