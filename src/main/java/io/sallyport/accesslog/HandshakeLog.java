package io.sallyport.accesslog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.sallyport.accesslog.RecentHandshakes.Entry;
import io.sallyport.text.SafeJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells of handshakes: each failed one in a line of the access log, up to a number for each source and in all, and the latest
 * of those, with the good ones that somebody asked to see, to whoever asks.
 *
 * <p>What is over the number is left out of both, so that a flood neither fills the log nor drives out what else happened.
 */
public final class HandshakeLog implements ConnectionLog, AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int USUAL_BYTES = 4096;

    /** One window in which so many are told of. */
    record Limits(Duration window, int perSource, int inAll) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(10), 10, 200);
    }

    private final AccessLog accessLog;
    private final Limits limits;
    private final FailureLimiter limiter;
    private final RecentHandshakes recent = new RecentHandshakes();
    private final TraceWishes wishes = new TraceWishes();

    public HandshakeLog(AccessLog accessLog) {
        this(accessLog, Limits.DEFAULT);
    }

    HandshakeLog(AccessLog accessLog, Limits limits) {
        this.accessLog = accessLog;
        this.limits = limits;
        this.limiter = new FailureLimiter(limits.window().toNanos(), limits.perSource(), limits.inAll());
    }

    @Override
    public void connectionClosed(ConnectionSummary connection) {
        accessLog.offer(connection);
    }

    @Override
    public boolean admitsFailure(@Nullable InetAddress source, ScheduledExecutorService timer) {
        if (limiter.admit(source, System.nanoTime())) {
            return true;
        }
        if (limiter.leaveOut()) {
            timer.schedule(this::tellLeftOut, limits.window().toNanos(), TimeUnit.NANOSECONDS);
        }
        return false;
    }

    @Override
    public boolean wantsSuccess(@Nullable InetAddress source, @Nullable String serverName) {
        return wishes.take(source, serverName, System.nanoTime());
    }

    @Override
    public void handshakeEnded(HandshakeReport handshake) {
        if (handshake.diagnosis() != null) {
            accessLog.offer(handshake);
        }
        String reason = handshake.diagnosis() == null
                ? null
                : handshake.diagnosis().reason().tag();
        recent.add(new Entry(
                new HandshakeSummary(handshake.id(), handshake.listener(), reason, handshake.source()),
                json(handshake)));
    }

    /** Shows good handshakes, too, for a while; false when too many such wishes are open. One thread at a time. */
    public boolean trace(TraceWish wish) {
        return wishes.add(wish, System.nanoTime());
    }

    /**
     * Writes the latest handshakes as an array of JSON, newest first.
     *
     * @param most at most as many
     */
    public void write(JsonGenerator json, Predicate<HandshakeSummary> filter, int most) throws IOException {
        json.writeStartArray();
        int written = 0;
        for (Entry entry : recent.newestFirst()) {
            if (written == most) {
                break;
            }
            if (filter.test(entry.shown())) {
                copy(entry.json(), json);
                written++;
            }
        }
        json.writeEndArray();
    }

    /** Tells the number that is still untold. The access log stays open. */
    @Override
    public void close() {
        tellLeftOut();
    }

    private void tellLeftOut() {
        long number = limiter.takeLeftOut();
        if (number > 0) {
            accessLog.offer(new LeftOut(Instant.now(), number));
        }
    }

    private static byte[] json(HandshakeReport handshake) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator json = SafeJson.to(bytes)) {
            HandshakeLine.write(json, handshake, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void copy(byte[] entry, JsonGenerator json) throws IOException {
        try (JsonParser parser = JSON.createParser(entry)) {
            parser.nextToken();
            json.copyCurrentStructure(parser);
        }
    }
}
