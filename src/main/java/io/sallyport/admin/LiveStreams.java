package io.sallyport.admin;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clients that follow what happens now: server-sent events (WHATWG HTML, section 9.2), one sample to all of them at a time.
 *
 * <p>Nothing is sent while no client is connected. Lives on the admin thread.
 */
final class LiveStreams {
    /** A page that is hidden or stuck lets this many samples pass before its stream is closed. */
    private static final int MISSED_SAMPLES = 30;

    private final AdminSource source;
    private final Duration interval;
    private final int limit;
    private final Deque<Stream> oldestFirst = new ArrayDeque<>();
    private volatile int followers;
    private @Nullable Future<?> ticks;

    private static final class Stream {
        private final Channel channel;
        private final @Nullable AdminToken token;
        private int missed;

        Stream(Channel channel, @Nullable AdminToken token) {
            this.channel = channel;
            this.token = token;
        }
    }

    LiveStreams(AdminSource source, Duration interval, int limit) {
        this.source = source;
        this.interval = interval;
        this.limit = limit;
    }

    /** Sends samples to the channel, whose response head is written, until it closes. */
    void add(Channel channel) {
        Stream stream = new Stream(channel, source.token());
        oldestFirst.addLast(stream);
        followers = oldestFirst.size();
        channel.closeFuture().addListener(closed -> remove(stream));
        if (oldestFirst.size() > limit) {
            oldestFirst.removeFirst().channel.close();
        }
        send(List.of(stream));
        if (ticks == null) {
            EventExecutor executor = channel.eventLoop();
            ticks = executor.scheduleAtFixedRate(
                    () -> send(List.copyOf(oldestFirst)), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** How many clients follow; from any thread. */
    int followers() {
        return followers;
    }

    private void remove(Stream stream) {
        oldestFirst.remove(stream);
        followers = oldestFirst.size();
        if (oldestFirst.isEmpty() && ticks != null) {
            ticks.cancel(false);
            ticks = null;
        }
    }

    private void send(List<Stream> streams) {
        String event = event();
        @Nullable AdminToken token = source.token();
        for (Stream stream : streams) {
            if (!AdminToken.same(stream.token, token)) {
                // A client that knew only the old token must not go on reading.
                stream.channel.close();
                continue;
            }
            if (!stream.channel.isWritable()) {
                stream.missed++;
                if (stream.missed > MISSED_SAMPLES) {
                    stream.channel.close();
                }
                continue;
            }
            stream.missed = 0;
            stream.channel.writeAndFlush(new DefaultHttpContent(ByteBufUtil.writeUtf8(stream.channel.alloc(), event)));
        }
    }

    private String event() {
        @Nullable String sample = SampleText.of(source);
        return sample == null ? ": no sample\n\n" : "data: " + sample + "\n\n";
    }
}
