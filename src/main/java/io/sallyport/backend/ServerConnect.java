package io.sallyport.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sallyport.backend.BackendServer.Endpoint;
import io.sallyport.config.value.StartTls;
import io.sallyport.eventloop.SourceAddress;
import io.sallyport.eventloop.Transport;
import io.sallyport.forwardproxy.TunnelHandler;
import io.sallyport.memory.DirectMemory;
import io.sallyport.memory.FrugalReads;
import io.sallyport.metrics.BackendMeters.ConnectFailure;
import io.sallyport.starttls.StartTlsClient;
import io.sallyport.starttls.StartTlsClients;
import io.sallyport.starttls.StartTlsException;
import io.sallyport.starttls.channel.AddressLiteral;
import io.sallyport.starttls.channel.StartTlsClientHandler;
import io.sallyport.tls.context.BackendTlsContext;
import io.sallyport.tls.record.BackendHandshakeHandler;
import io.sallyport.tls.record.PlainRecordLayer;
import io.sallyport.tls.record.RecordLayer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens one connection to one endpoint: TCP or a unix-domain socket, then TLS where the backend has it.
 *
 * <p>Confined to its event loop; the callback is called there, once, and never after {@link #cancel}.
 */
final class ServerConnect implements BackendHandshakeHandler.Callback {
    private final EventLoop loop;
    private final Endpoint endpoint;
    private final SocketAddress target;
    private final Terms terms;
    private final Callback callback;
    private final long begun = System.nanoTime();
    private @Nullable InetSocketAddress proxy;
    private @Nullable Channel channel;
    private @Nullable Future<?> deadline;
    private String said = "";
    private String awaited = "TCP connection";
    private boolean over;

    /**
     * On what terms connections are made.
     *
     * @param timeoutMillis for TCP and what a proxy on the way is told, again for what is said before TLS, again for TLS, and again for the greeting; 0: the
     *     kernel's, and none
     * @param way to the server
     * @param tls null: plain
     * @param protocol application protocol to offer by TLS; null: none
     * @param asks how TLS is asked for, whoever makes it then
     * @param swallows the protocol whose greeting is read and thrown away: the client has been greeted
     * @param handsOn whether a greeting that came before TLS is for the client
     */
    record Terms(
            int timeoutMillis,
            Way way,
            @Nullable BackendTlsContext tls,
            @Nullable String protocol,
            StartTls asks,
            StartTls swallows,
            boolean handsOn) {}

    /**
     * How connections leave this machine.
     *
     * @param source from which address; null: whichever the kernel takes
     * @param via the proxy that they go through; null: none
     */
    record Way(@Nullable SourceAddress source, @Nullable Via via) {}

    /** What came of it. */
    interface Callback {
        /** TCP stands and nothing has been sent yet, no TLS either: what comes first on the wire is written here. */
        default void onOpened(Channel channel) {}

        /** What the server has said that is for the client; before the next. */
        default void onSaid(String words) {}

        /** The connection is complete. Reading from the channel has not begun, and it has no handler but the record layer's. */
        void onConnected(Channel channel, RecordLayer records, long nanos);

        void onFailed(ConnectFailure reason, String words);
    }

    ServerConnect(EventLoop loop, Endpoint endpoint, Terms terms, Callback callback) {
        this(loop, endpoint, endpoint.address(), terms, callback);
    }

    /** @param target where a check of the endpoint is answered */
    ServerConnect(EventLoop loop, Endpoint endpoint, SocketAddress target, Terms terms, Callback callback) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.target = target;
        this.terms = terms;
        this.callback = callback;
    }

    void begin() {
        Via via = terms.way().via();
        if (via == null || !(target instanceof InetSocketAddress)) {
            begin(target);
            return;
        }
        if (terms.timeoutMillis() > 0) {
            deadline = loop.schedule(
                    () -> fail(ConnectTrouble.ofSilentProxy(via, tcpStands())),
                    terms.timeoutMillis(),
                    TimeUnit.MILLISECONDS);
        }
        awaited = "connection from the proxy " + via;
        via.locate(loop, terms.way().source(), at -> {
            if (over) {
                return;
            }
            if (at == null) {
                fail(ConnectTrouble.ofLostProxy(via));
                return;
            }
            proxy = at;
            begin(at);
        });
    }

    /** @param next what TCP connects to */
    private void begin(SocketAddress next) {
        Channel opened;
        try {
            opened = open(next);
        } catch (ChannelException e) {
            // Without a file descriptor there is no channel.
            fail(e);
            return;
        }
        ChannelFuture registered = loop.register(opened);
        if (registered.cause() != null) {
            fail(registered.cause());
            return;
        }
        channel = opened;
        SourceAddress source = terms.way().source();
        if (source == null || !(opened instanceof SocketChannel socket)) {
            connect(opened);
            return;
        }
        try {
            // Apart from the connect, whose errors are about ports.
            socket.bind(source.prepare(socket)).addListener(done -> {
                if (done.isSuccess()) {
                    connect(opened);
                } else {
                    fail(ConnectTrouble.ofSource(source, done.cause()));
                }
            });
        } catch (ChannelException e) {
            fail(ConnectTrouble.ofSource(source, e));
        }
    }

    private void connect(Channel opened) {
        Via via = terms.way().via();
        InetSocketAddress through = proxy;
        if (via == null || through == null) {
            opened.connect(target).addListener(done -> {
                if (done.isSuccess()) {
                    opened(opened);
                } else {
                    fail(done.cause());
                }
            });
            return;
        }
        TunnelHandler.begin(opened, via.proxy(), through, new TunnelHandler.Callback() {
            @Override
            public void onTunnel() {
                opened(opened);
            }

            @Override
            public void onFailed(Throwable cause) {
                fail(cause);
            }
        });
        opened.connect(target).addListener(done -> {
            if (!done.isSuccess()) {
                via.failed(through);
                fail(ConnectTrouble.ofProxy(via, done.cause()));
            }
        });
    }

    private boolean tcpStands() {
        return channel != null && channel.isActive();
    }

    private Channel open(SocketAddress next) {
        Transport transport = Transport.of(loop);
        Channel opened;
        if (next instanceof InetSocketAddress tcp) {
            SocketChannel socket = transport.socketTo(tcp.getAddress());
            transport.tune(socket, DirectMemory.UNSENT);
            opened = socket;
        } else {
            opened = transport.domainSocket();
        }
        ChannelConfig config = opened.config();
        config.setConnectTimeoutMillis(terms.timeoutMillis());
        config.setAutoRead(false);
        config.setRecvByteBufAllocator(new FrugalReads());
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        // A failed write must not close the channel: what the server said before is still to be read.
        config.setAutoClose(false);
        return opened;
    }

    /** What there is not yet, for the log. */
    String awaited() {
        return awaited;
    }

    /** Lets go of it. */
    void cancel() {
        over = true;
        endDeadline();
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void onAgreed(RecordLayer records) {
        if (!over && channel != null) {
            greet(channel, records);
        }
    }

    @Override
    public void onFailed(Throwable cause) {
        fail(cause);
    }

    private void endDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void opened(Channel opened) {
        if (over) {
            return;
        }
        endDeadline();
        callback.onOpened(opened);
        StartTlsClient asking = StartTlsClients.asking(terms.asks(), AddressLiteral.of(opened.localAddress()));
        if (asking == null) {
            secure(opened);
            return;
        }
        awaited = "consent to begin with TLS";
        talk(opened, asking, (greeting, behind) -> {
            if (!behind.isEmpty()) {
                // CVE-2021-23222: taken for the beginning of what comes within TLS, they would be a stranger's words.
                fail(new StartTlsException(
                        StartTlsException.Kind.BROKEN,
                        behind.length() + " bytes behind the server's consent to begin with TLS"));
                return;
            }
            said = terms.handsOn() ? greeting : "";
            secure(opened);
        });
    }

    private void secure(Channel opened) {
        BackendTlsContext tls = terms.tls();
        if (tls == null) {
            greet(opened, new PlainRecordLayer(opened));
            return;
        }
        awaited = "end of the TLS handshake";
        BackendServer server = endpoint.server();
        BackendHandshakeHandler.begin(
                opened,
                tls.newHandler(opened.alloc(), server.host(), server.port(), terms.protocol(), terms.timeoutMillis()),
                this);
    }

    private void greet(Channel opened, RecordLayer records) {
        StartTlsClient greeted = StartTlsClients.greeted(terms.swallows());
        if (greeted == null) {
            connected(records);
            return;
        }
        awaited = "greeting";
        talk(opened, greeted, (greeting, behind) -> {
            said = behind;
            connected(records);
        });
    }

    private void talk(Channel opened, StartTlsClient client, BiConsumer<String, String> then) {
        opened.pipeline()
                .addLast(new StartTlsClientHandler(client, terms.timeoutMillis(), new StartTlsClientHandler.Callback() {
                    @Override
                    public void onReady(String greeting, String behind) {
                        if (!over) {
                            then.accept(greeting, behind);
                        }
                    }

                    @Override
                    public void onFailed(Throwable cause) {
                        fail(cause);
                    }
                }));
    }

    private void connected(RecordLayer records) {
        if (!over && channel != null) {
            over = true;
            if (!said.isEmpty()) {
                callback.onSaid(said);
            }
            long nanos = System.nanoTime() - begun;
            endpoint.connectedIn(nanos);
            callback.onConnected(channel, records, nanos);
        }
    }

    private void fail(Throwable cause) {
        fail(ConnectTrouble.of(cause, tcpStands()));
    }

    private void fail(ConnectTrouble trouble) {
        if (!over) {
            cancel();
            callback.onFailed(trouble.reason(), trouble.words());
        }
    }
}
