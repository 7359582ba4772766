package io.sallyport.backend;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.value.StartTls;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.tls.record.RecordLayer;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The way of one connection to a server: picks one, and the next when it cannot be reached, as long as none of the
 * client's bytes has been sent.
 *
 * <p>Confined to the connection's event loop.
 */
public final class Dial {
    private final EventLoop loop;
    private final Backend backend;
    private final Request request;
    private final long source;
    private final @Nullable SourceAddress from;
    private final Callback callback;
    private final long begun = System.nanoTime();
    private final List<Endpoint> tried = new ArrayList<>(1);
    private int attempts;
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
     */
    public record Request(
            String connectionId,
            @Nullable SocketAddress client,
            @Nullable String protocol,
            StartTls asked,
            boolean isTerminated) {}

    /** What came of it; one of the last two, once, unless it is cancelled. */
    public interface Callback {
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
         * @param nanos all attempts together
         */
        void onServerConnected(Channel channel, RecordLayer records, BackendServer server, long nanos);

        /** No server is left to be tried; {@code last} is what was wrong with the last one. */
        void onServerUnreachable(ConnectFailure last);
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
        if (attempt != null && dialled != null) {
            attempt.cancel();
            attempt = null;
            dialled.givenBack();
        }
    }

    private void next(ConnectFailure last) {
        Endpoint endpoint = choose();
        while (endpoint != null && !backend.reaches(from, endpoint)) {
            tried.add(endpoint);
            endpoint = choose();
        }
        if (endpoint == null) {
            callback.onServerUnreachable(attempts == 0 ? nobodyTried() : last);
            return;
        }
        attempts++;
        tried.add(endpoint);
        endpoint.taken();
        dialled = endpoint;
        ServerConnect next = new ServerConnect(
                loop,
                endpoint,
                backend.terms(from, request.protocol(), request.asked(), request.isTerminated()),
                new Try(endpoint));
        attempt = next;
        next.begin();
    }

    private @Nullable Endpoint choose() {
        return tried.isEmpty() ? backend.choose(source) : backend.chooseOther(source, tried);
    }

    /** There is nobody to be tried. */
    private ConnectFailure nobodyTried() {
        BackendServer first = backend.first();
        String why = first.unresolved();
        ConnectFailure reason;
        String words;
        if (!tried.isEmpty()) {
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
            callback.onServerConnected(channel, records, server, System.nanoTime() - begun);
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
