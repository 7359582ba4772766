package io.sallyport.backend;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.value.StartTls;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.tls.record.RecordLayer;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The way of one connection to a server: picks one, waits for room where all are full, and goes on to the next when one cannot
 * be reached, as long as none of the client's bytes has been sent.
 *
 * <p>Confined to the connection's event loop.
 */
public final class Dial {
    private final EventLoop loop;
    private final Request request;
    private final long source;
    private final Callback callback;
    private final long begun = System.nanoTime();
    private final List<Endpoint> tried = new ArrayList<>(1);
    private Backend backend;
    private @Nullable SourceAddress from;
    private int attempts;
    private long waited;
    private @Nullable PlaceInLine place;
    private @Nullable ServerConnect attempt;
    private @Nullable Endpoint dialled;

    /**
     * Who wants to go there.
     *
     * @param connectionId for the log
     * @param client null where it has no address
     * @param protocol the application protocol that it agreed on; null: none
     * @param asked how it has asked for its TLS
     * @param isTerminated whether its TLS ends here
     * @param longestWait for room at a server, where the backend has no deadline for that
     */
    public record Request(
            String connectionId,
            @Nullable SocketAddress client,
            @Nullable String protocol,
            StartTls asked,
            boolean isTerminated,
            Duration longestWait) {}

    /** What came of it; one of the last three, once, unless it is cancelled. */
    public interface Callback {
        /** Every server that may have the connection is full: it waits in line. */
        void onServerFull();

        /**
         * There is room at a server, and it is dialled next.
         *
         * @param serving what serves by the backend's name now; where it is not the same as before, it is retained for one
         *     dial, in place of the other
         */
        void onServerRoom(Backend serving, long waitedNanos);

        /**
         * A connection to a server stands and nothing has been sent yet, no TLS either. What is written here comes first
         * on the wire.
         */
        default void onServerOpened(Channel channel) {}

        /** What the server has said that is for the client, which may be nothing; before the next. */
        default void onServerSaid(String words) {}

        /**
         * The server can be spoken to. Reading from the channel has not begun.
         *
         * @param nanos all attempts together, without the time in line
         */
        void onServerConnected(Channel channel, RecordLayer records, BackendServer server, long nanos);

        /** No server is left to be tried; {@code last} is what was wrong with the last one. */
        void onServerUnreachable(ConnectFailure last);

        /**
         * There is no room at any server.
         *
         * @param isLate whether it has waited; otherwise there is no room in the line either
         */
        void onNoRoom(boolean isLate, long waitedNanos);
    }

    private Dial(EventLoop loop, Backend backend, Request request, Callback callback) {
        this.loop = loop;
        this.backend = backend;
        this.request = request;
        this.source = SourceHash.of(request.client());
        this.from = backend.source(request.client());
        this.callback = callback;
    }

    /** Begins, on {@code loop}. The callback may be called before this returns. */
    public static Dial begin(EventLoop loop, Backend backend, Request request, Callback callback) {
        Dial dial = new Dial(loop, backend, request, callback);
        dial.next(ConnectFailure.OUT_OF_SERVICE);
        return dial;
    }

    /** Lets go of it: the client has gone. */
    public void cancel() {
        if (place != null) {
            place.leave();
            place = null;
        }
        if (attempt != null && dialled != null) {
            attempt.cancel();
            attempt = null;
            dialled.givenBack();
        }
    }

    private void next(ConnectFailure last) {
        // Nobody overtakes those who wait.
        Endpoint endpoint = backend.line().isEmpty() ? backend.take(source, from, tried) : null;
        if (endpoint != null) {
            connect(endpoint);
        } else if (backend.hasServer(from, tried)) {
            await(last);
        } else {
            callback.onServerUnreachable(attempts == 0 ? nobodyTried() : last);
        }
    }

    /** @param endpoint with room taken there */
    private void connect(Endpoint endpoint) {
        attempts++;
        tried.add(endpoint);
        dialled = endpoint;
        ServerConnect next = new ServerConnect(
                loop,
                endpoint,
                backend.terms(from, request.protocol(), request.asked(), request.isTerminated()),
                new Try(endpoint));
        attempt = next;
        next.begin();
    }

    private void await(ConnectFailure last) {
        Duration deadline = backend.queue().deadline();
        // A connection that fails brings nobody more time.
        Duration left = (deadline.isZero() ? request.longestWait() : deadline).minusNanos(waited);
        place = new PlaceInLine(loop, backend, source, request.client(), tried, new Wait(last));
        if (place.begin(left)) {
            callback.onServerFull();
        } else {
            place = null;
            noRoom(false, "as many wait as may");
        }
    }

    private void noRoom(boolean isLate, String words) {
        backend.first()
                .troubles()
                .at(Level.WARN)
                .addKeyValue("connection", request.connectionId())
                .addKeyValue("backend", backend.name())
                .log("no room at any server: {}", words);
        callback.onNoRoom(isLate, waited);
    }

    /** There is nobody to be tried. */
    private ConnectFailure nobodyTried() {
        BackendServer first = backend.first();
        String why = first.unresolved();
        ConnectFailure reason;
        String words;
        if (from != null && backend.hasServer(null, tried)) {
            reason = ConnectFailure.SOURCE_UNUSABLE;
            words = "no server can be reached from " + from;
        } else if (backend.hasAddresses()) {
            reason = ConnectFailure.OUT_OF_SERVICE;
            words = "no server is up and in service";
        } else {
            reason = ConnectFailure.UNRESOLVED;
            words = "the name has no address" + (why == null ? "" : ": " + why);
        }
        first.meters().connectFailed(reason);
        log(first, "", reason, words);
        return reason;
    }

    private void log(BackendServer server, String address, ConnectFailure reason, String words) {
        server.troubles()
                .at(Level.WARN)
                .addKeyValue("connection", request.connectionId())
                .addKeyValue("backend", backend.name())
                .addKeyValue("server", server.toString())
                .addKeyValue("address", address)
                .addKeyValue("reason", reason.tag())
                .log("cannot connect to the backend: {}", words);
    }

    /** The time in line. */
    private final class Wait implements PlaceInLine.Callback {
        private final ConnectFailure last;

        /** @param last what was wrong with the last server */
        Wait(ConnectFailure last) {
            this.last = last;
        }

        @Override
        public void onRoom(Backend serving, Endpoint endpoint, long waitedNanos) {
            over(waitedNanos);
            if (serving != backend) {
                backend = serving;
                from = serving.source(request.client());
            }
            callback.onServerRoom(serving, waited);
            connect(endpoint);
        }

        @Override
        public void onNobody(long waitedNanos) {
            over(waitedNanos);
            callback.onServerUnreachable(attempts == 0 ? nobodyTried() : last);
        }

        @Override
        public void onLate(long waitedNanos) {
            over(waitedNanos);
            noRoom(true, "none within queue.deadline");
        }

        private void over(long waitedNanos) {
            place = null;
            waited += waitedNanos;
        }
    }

    /** One endpoint of the way. */
    private final class Try implements ServerConnect.Callback {
        private final Endpoint endpoint;

        Try(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void onOpened(Channel channel) {
            callback.onServerOpened(channel);
        }

        @Override
        public void onSaid(String words) {
            callback.onServerSaid(words);
        }

        @Override
        public void onConnected(Channel channel, RecordLayer records, long nanos) {
            attempt = null;
            endpoint.channels().add(channel);
            // In this order: whoever finds it down from now on finds the channel.
            if (!backend.mayGoOn(endpoint)) {
                endpoint.channels().remove(channel);
                channel.close();
                failed(ConnectFailure.OUT_OF_SERVICE, "it went down meanwhile");
                return;
            }
            BackendServer server = endpoint.server();
            server.meters().connected(nanos);
            channel.closeFuture().addListener(closed -> {
                endpoint.channels().remove(channel);
                server.meters().disconnected();
                endpoint.givenBack();
            });
            backend.reached(endpoint);
            callback.onServerConnected(channel, records, server, System.nanoTime() - begun - waited);
        }

        @Override
        public void onFailed(ConnectFailure reason, String words) {
            attempt = null;
            failed(reason, words);
        }

        private void failed(ConnectFailure reason, String words) {
            endpoint.givenBack();
            endpoint.server().meters().connectFailed(reason);
            log(endpoint.server(), endpoint.toString(), reason, words);
            if (reason == ConnectFailure.TOO_MANY_OPEN_FILES) {
                // Another server would fail the same way.
                callback.onServerUnreachable(reason);
                return;
            }
            if (!reason.isOnTheWay() && reason != ConnectFailure.OUT_OF_SERVICE) {
                backend.failed(endpoint);
            }
            if (attempts > backend.retries()) {
                callback.onServerUnreachable(reason);
            } else {
                next(reason);
            }
        }
    }
}
