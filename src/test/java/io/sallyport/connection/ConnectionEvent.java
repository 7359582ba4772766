package io.sallyport.connection;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.sallyport.connection.relay.Handlers;
import io.sallyport.handshake.wire.FirstBytes;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.metrics.CloseReason;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/** What may happen to a connection. */
@SuppressWarnings("ImmutableEnumChecker") // functions without state
enum ConnectionEvent {
    PROXY_HEADER_BEGINS(rig -> rig.awaits(Handlers.PROXY_PROTOCOL), rig -> rig.proxyHeader(3)),
    PROXY_HEADER(rig -> rig.awaits(Handlers.PROXY_PROTOCOL), rig -> rig.proxyHeader(100)),
    NO_PROXY_HEADER(
            rig -> rig.awaits(Handlers.PROXY_PROTOCOL),
            rig -> rig.clientBytes(ByteBufUtil.writeAscii(rig.frontend.alloc(), "GET / HTTP/1.1\r\n"))),
    HELLO_BEGINS(rig -> awaitsHello(rig), rig -> rig.hello(3)),
    HELLO(rig -> awaitsHello(rig), rig -> rig.hello(Integer.MAX_VALUE)),
    NO_HELLO(
            rig -> awaitsHello(rig),
            rig -> rig.clientBytes(Unpooled.copiedBuffer(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}))),
    TURN(rig -> rig.connection.admission().waitsForTurn(), rig -> {
        rig.handshakes.release();
        rig.run();
    }),
    FINISHED(rig -> rig.frontend.isOpen(), rig -> {
        if (rig.awaits(Handlers.HANDSHAKE_RECORDS)) {
            rig.finished();
        } else {
            rig.connection.onHandshakeSuccess();
        }
    }),
    HANDSHAKE_FAILED(rig -> true, rig -> rig.connection.onHandshakeFailure(new SSLException("test"))),
    CLIENT_DATA(rig -> rig.frontend.isOpen() && !rig.client.inputShutdown && !rig.client.inboundClosed, rig -> {
        rig.client.midRecord = false;
        rig.clientData();
    }),
    CLIENT_CLOSE_NOTIFY(rig -> rig.frontend.isOpen() && !rig.client.inputShutdown, rig -> {
        rig.client.inboundClosed = true;
        rig.connection.onClientCloseNotify();
        rig.connection.onClientReadComplete();
    }),
    CLIENT_FIN(rig -> rig.frontend.isOpen(), rig -> {
        rig.client.inputShutdown = true;
        rig.connection.onClientEndOfStream();
    }),
    CLIENT_FIN_IN_RECORD(rig -> rig.frontend.isOpen() && !rig.client.inboundClosed, rig -> {
        rig.client.inputShutdown = true;
        rig.client.midRecord = true;
        rig.connection.onClientEndOfStream();
    }),
    CLIENT_RESET(
            rig -> rig.frontend.isOpen(),
            rig -> rig.connection.onClientException(new IOException("Connection reset by peer"))),
    CLIENT_WRITE_FAILED(rig -> rig.frontend.isOpen(), rig -> rig.connection.onClientOutputShutdown()),
    CLIENT_TLS_ERROR(
            rig -> rig.frontend.isOpen(),
            rig -> rig.connection.onClientException(new DecoderException(new SSLException("test")))),
    CLIENT_FAULT(
            rig -> rig.frontend.isOpen(), rig -> rig.connection.onClientException(new IllegalStateException("test"))),
    CLIENT_CLOSED(rig -> rig.frontend.isOpen(), rig -> {
        rig.closeClient();
    }),
    CLIENT_FULL(rig -> rig.client.writable, rig -> {
        rig.client.writable = false;
        rig.connection.onClientWritabilityChanged();
    }),
    CLIENT_WRITABLE(rig -> true, rig -> {
        rig.client.writable = true;
        rig.connection.onClientWritabilityChanged();
    }),
    CLIENT_HAS_ALL(rig -> rig.client.hasPending(), rig -> rig.client.complete(true)),
    CLIENT_GETS_NOTHING(rig -> rig.client.hasPending(), rig -> rig.client.complete(false)),
    QUEUE_FULL(rig -> rig.isDialling() && !rig.isWaiting(), rig -> rig.noRoom(false)),
    QUEUED(rig -> rig.isDialling() && !rig.isWaiting(), ConnectionRig::queued),
    ROOM(ConnectionRig::isWaiting, ConnectionRig::room),
    QUEUE_LATE(ConnectionRig::isWaiting, rig -> rig.noRoom(true)),
    CONNECTED(rig -> rig.isDialling() && !rig.isWaiting(), ConnectionRig::connected),
    UNREACHABLE(ConnectionRig::isDialling, rig -> rig.unreachable(ConnectFailure.REFUSED)),
    SERVER_TLS_FAILED(rig -> rig.isDialling() && !rig.isWaiting(), rig -> rig.unreachable(ConnectFailure.TLS_FAILED)),
    SERVER_DATA(rig -> rig.isServerOpen() && !rig.server.inputShutdown && !rig.server.inboundClosed, rig -> {
        rig.server.midRecord = false;
        rig.serverData();
    }),
    SERVER_CLOSE_NOTIFY(rig -> rig.isServerOpen() && !rig.server.inputShutdown, rig -> {
        rig.server.inboundClosed = true;
        rig.backend().pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
    }),
    SERVER_FIN(ConnectionRig::isServerOpen, rig -> {
        rig.server.inputShutdown = true;
        rig.backend().pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }),
    SERVER_FIN_IN_RECORD(rig -> rig.isServerOpen() && !rig.server.inboundClosed, rig -> {
        rig.server.inputShutdown = true;
        rig.server.midRecord = true;
        rig.backend().pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }),
    SERVER_RESET(
            ConnectionRig::isServerOpen,
            rig -> rig.backend().pipeline().fireExceptionCaught(new IOException("Connection reset by peer"))),
    SERVER_WRITE_FAILED(
            ConnectionRig::isServerOpen,
            rig -> rig.backend().pipeline().fireUserEventTriggered(ChannelOutputShutdownEvent.INSTANCE)),
    SERVER_TLS_ERROR(
            ConnectionRig::isServerOpen,
            rig -> rig.backend().pipeline().fireExceptionCaught(new DecoderException(new SSLException("test")))),
    SERVER_FAULT(
            ConnectionRig::isServerOpen,
            rig -> rig.backend().pipeline().fireExceptionCaught(new IllegalStateException("test"))),
    SERVER_CLOSED(ConnectionRig::isServerOpen, rig -> {
        rig.closeServer();
    }),
    SERVER_FULL(rig -> rig.isServerOpen() && rig.server.writable, rig -> {
        rig.server.writable = false;
        rig.backend().pipeline().fireChannelWritabilityChanged();
    }),
    SERVER_WRITABLE(ConnectionRig::isServerOpen, rig -> {
        rig.server.writable = true;
        rig.backend().pipeline().fireChannelWritabilityChanged();
    }),
    SERVER_HAS_ALL(rig -> rig.server.hasPending(), rig -> rig.server.complete(true)),
    SERVER_GETS_NOTHING(rig -> rig.server.hasPending(), rig -> rig.server.complete(false)),
    UNTRUSTED_HEADER(
            rig -> rig.connection.isPlain(), rig -> rig.connection.onUntrustedProxyHeader(FirstBytes.PROXY_V1)),
    /** The deadline of the step: handshake 10s, half-close 60s, idle 1h. */
    DEADLINE(rig -> true, rig -> rig.pass(Duration.ofHours(1))),
    MAX_AGE(rig -> true, rig -> {
        rig.connection.retire(settings -> true, Duration.ofSeconds(1));
        rig.pass(Duration.ofSeconds(1));
    }),
    RELOAD_TAKEN_BACK(rig -> true, rig -> {
        rig.connection.retire(settings -> true, Duration.ofSeconds(1));
        rig.connection.retire(settings -> false, Duration.ofSeconds(1));
        rig.pass(Duration.ofSeconds(1));
    }),
    JUDGED_AGAIN(rig -> true, rig -> rig.connection.judgeClientAgain()),
    DRAINED(rig -> true, rig -> rig.connection.close(CloseReason.DRAIN_DEADLINE));

    private final Predicate<ConnectionRig> possible;
    private final Consumer<ConnectionRig> action;

    ConnectionEvent(Predicate<ConnectionRig> possible, Consumer<ConnectionRig> action) {
        this.possible = possible;
        this.action = action;
    }

    private static boolean awaitsHello(ConnectionRig rig) {
        return rig.awaits(Handlers.CLIENT_HELLO)
                && !rig.awaits(Handlers.PROXY_PROTOCOL)
                && !rig.connection.admission().waitsForTurn();
    }

    /** Whether it can happen to a connection that has come so far. */
    boolean isPossible(ConnectionRig rig) {
        return possible.test(rig);
    }

    void happen(ConnectionRig rig) {
        action.accept(rig);
    }
}
