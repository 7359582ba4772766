package io.sallyport.connection;

import static io.sallyport.connection.ConnectionEvent.CLIENT_CLOSED;
import static io.sallyport.connection.ConnectionEvent.CLIENT_CLOSE_NOTIFY;
import static io.sallyport.connection.ConnectionEvent.CLIENT_DATA;
import static io.sallyport.connection.ConnectionEvent.CLIENT_FIN;
import static io.sallyport.connection.ConnectionEvent.CLIENT_HAS_ALL;
import static io.sallyport.connection.ConnectionEvent.CLIENT_RESET;
import static io.sallyport.connection.ConnectionEvent.CONNECTED;
import static io.sallyport.connection.ConnectionEvent.DRAINED;
import static io.sallyport.connection.ConnectionEvent.FINISHED;
import static io.sallyport.connection.ConnectionEvent.HELLO;
import static io.sallyport.connection.ConnectionEvent.HELLO_BEGINS;
import static io.sallyport.connection.ConnectionEvent.PROXY_HEADER_BEGINS;
import static io.sallyport.connection.ConnectionEvent.QUEUED;
import static io.sallyport.connection.ConnectionEvent.SERVER_CLOSED;
import static io.sallyport.connection.ConnectionEvent.SERVER_CLOSE_NOTIFY;
import static io.sallyport.connection.ConnectionEvent.SERVER_DATA;
import static io.sallyport.connection.ConnectionEvent.SERVER_FIN;
import static io.sallyport.connection.ConnectionEvent.SERVER_HAS_ALL;
import static io.sallyport.connection.ConnectionEvent.SERVER_RESET;

import java.util.List;

/** How far a connection may have come, and what brings it there. */
@SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
enum ConnectionState {
    /** Nothing came; the peer has to send a PROXY protocol header. */
    AWAITING_PROXY_HEADER(Listener.HEADER),
    PROXY_HEADER_BEGUN(Listener.HEADER, PROXY_HEADER_BEGINS),
    /** The same on a listener without TLS. */
    AWAITING_PLAIN_PROXY_HEADER(Listener.PLAIN_HEADER),
    AWAITING_HELLO(Listener.TLS),
    HELLO_BEGUN(Listener.TLS, HELLO_BEGINS),
    AWAITING_TURN(Listener.TLS_BUSY, HELLO),
    HANDSHAKING(Listener.TLS, HELLO),
    TLS_DIALLING(Listener.TLS, HELLO, FINISHED),
    TLS_RELAYING(Listener.TLS, HELLO, FINISHED, CONNECTED),
    DIALLING(Listener.PLAIN, CLIENT_DATA),
    /** The client sent its request and close_notify. */
    DIALLING_FOR_ENDED(Listener.PLAIN, CLIENT_DATA, CLIENT_CLOSE_NOTIFY),
    /** The same with a FIN alone. */
    DIALLING_FOR_CUT(Listener.PLAIN, CLIENT_DATA, CLIENT_FIN),
    /** The same, and a reset behind it. */
    DIALLING_FOR_GONE(Listener.PLAIN, CLIENT_DATA, CLIENT_CLOSE_NOTIFY, CLIENT_RESET),
    /** The server is full. */
    WAITING(Listener.PLAIN, CLIENT_DATA, QUEUED),
    TLS_WAITING(Listener.TLS, HELLO, FINISHED, QUEUED),
    /** The client has sent a FIN alone. */
    WAITING_FOR_CUT(Listener.PLAIN, CLIENT_DATA, QUEUED, CLIENT_FIN),
    /** The client has sent close_notify, and its connection stands. */
    TLS_WAITING_FOR_ENDED(Listener.TLS, HELLO, FINISHED, QUEUED, CLIENT_CLOSE_NOTIFY),
    RELAYING(Listener.PLAIN, CONNECTED, CLIENT_DATA, SERVER_DATA),
    /** The client's end is queued behind its data. */
    CLIENT_ENDING(Listener.PLAIN, CONNECTED, CLIENT_CLOSE_NOTIFY),
    CLIENT_ENDED(Listener.PLAIN, CONNECTED, CLIENT_CLOSE_NOTIFY, SERVER_HAS_ALL),
    CLIENT_CUT(Listener.PLAIN, CONNECTED, CLIENT_FIN, SERVER_HAS_ALL),
    SERVER_ENDING(Listener.PLAIN, CONNECTED, SERVER_CLOSE_NOTIFY),
    SERVER_ENDED(Listener.PLAIN, CONNECTED, SERVER_CLOSE_NOTIFY, CLIENT_HAS_ALL),
    SERVER_CUT(Listener.PLAIN, CONNECTED, SERVER_FIN, CLIENT_HAS_ALL),
    /** Both ends are queued. */
    BOTH_ENDING(Listener.PLAIN, CONNECTED, CLIENT_CLOSE_NOTIFY, SERVER_CLOSE_NOTIFY),
    /** The client's connection has failed; what it said before is still read. */
    CLIENT_FAILED(Listener.PLAIN, CONNECTED, CLIENT_RESET),
    /** The same after the server's end. */
    CLIENT_FAILED_AFTER_SERVER_CUT(Listener.PLAIN, CONNECTED, SERVER_FIN, CLIENT_HAS_ALL, CLIENT_RESET),
    /** The server's connection has failed; what it said before is still read. */
    SERVER_FAILED(Listener.PLAIN, CONNECTED, SERVER_RESET),
    /** Nothing of it can be read any more; what came before is on its way to the client. */
    SERVER_GONE(Listener.PLAIN, CONNECTED, SERVER_DATA, SERVER_CLOSED),
    /** timeouts.half-close = 0s. */
    RELAYING_ENDS_AT_ONCE(Listener.AT_ONCE, CONNECTED),
    /** Ended, and both channels are open. */
    CLOSING(Listener.PLAIN, CONNECTED, DRAINED),
    /** Ended by a failed handshake. */
    REFUSED(Listener.TLS, HELLO, DRAINED),
    CLOSED(Listener.PLAIN, CONNECTED, DRAINED, SERVER_CLOSED, CLIENT_CLOSED);

    enum Listener {
        TLS,
        /** All handshakes that there may be are under way. */
        TLS_BUSY,
        HEADER,
        PLAIN,
        PLAIN_HEADER,
        AT_ONCE;

        boolean isTls() {
            return this == TLS || this == TLS_BUSY || this == HEADER;
        }

        boolean awaitsProxyHeader() {
            return this == HEADER || this == PLAIN_HEADER;
        }
    }

    private final Listener listener;
    private final List<ConnectionEvent> way;

    ConnectionState(Listener listener, ConnectionEvent... way) {
        this.listener = listener;
        this.way = List.of(way);
    }

    Listener listener() {
        return listener;
    }

    List<ConnectionEvent> way() {
        return way;
    }
}
