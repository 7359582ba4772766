package io.sallyport.explain.probe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sallyport.config.value.StartTls;
import io.sallyport.handshake.iana.HandshakeTypes;
import io.sallyport.handshake.iana.KeyExchange;
import io.sallyport.handshake.trace.Direction;
import io.sallyport.handshake.trace.HandshakeTrace;
import io.sallyport.handshake.trace.HandshakeTranscript;
import io.sallyport.handshake.trace.HandshakeTranscript.Step;
import io.sallyport.handshake.wire.HandshakeMessage;
import io.sallyport.handshake.wire.HandshakeMessage.ServerKeyExchange;
import io.sallyport.handshake.wire.ServerHello;
import io.sallyport.starttls.Heard;
import io.sallyport.starttls.StartTlsClient;
import io.sallyport.starttls.StartTlsClients;
import io.sallyport.starttls.channel.AddressLiteral;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks a server with hand-made ClientHellos, each on a connection of its own, and reads no further than the answer. Bounded in
 * connections and in time over all of them.
 */
public final class HelloExchange {
    static final int MOST_CONNECTIONS = 250;
    static final Duration WHOLE = Duration.ofSeconds(60);

    /** A server that swallows what it does not like costs a timeout each time. */
    private static final int MOST_SILENT = 4;

    private static final int MOST_UNREACHABLE = 2;
    private static final int SIZE = 8192;

    private final InetSocketAddress address;
    private final int timeoutMillis;
    private final boolean proxyHeader;
    private final StartTls startTls;
    private final ClientHelloWriter writer = new ClientHelloWriter(new SecureRandom());
    private final long start = System.nanoTime();
    private int connections;
    private int silent;
    private int unreachable;

    /**
     * @param timeout for one connection
     * @param proxyHeader whether a PROXY protocol header comes first
     * @param startTls what is said before TLS
     */
    public HelloExchange(InetSocketAddress address, Duration timeout, boolean proxyHeader, StartTls startTls) {
        this.startTls = startTls;
        this.proxyHeader = proxyHeader;
        this.address = address;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    public int connections() {
        return connections;
    }

    public long nanos() {
        return System.nanoTime() - start;
    }

    /** Why the next one will not be asked; empty when it will be. */
    public Optional<String> spent() {
        if (connections >= MOST_CONNECTIONS) {
            return Optional.of("after " + MOST_CONNECTIONS + " connections");
        }
        if (nanos() >= WHOLE.toNanos()) {
            return Optional.of("after " + Times.text(WHOLE));
        }
        if (silent >= MOST_SILENT) {
            return Optional.of("because the server left " + MOST_SILENT + " connections without an answer");
        }
        return unreachable >= MOST_UNREACHABLE
                ? Optional.of("because the server takes no more connections")
                : Optional.empty();
    }

    /** Asks, and waits for the server's choice. */
    public HelloAnswer ask(HelloOffer offer) {
        if (spent().isPresent()) {
            return HelloAnswer.none(HelloAnswer.Kind.SPENT);
        }
        connections++;
        try (Socket socket = new Socket()) {
            socket.connect(address, timeoutMillis);
            unreachable = 0;
            return converse(socket, offer);
        } catch (IOException e) {
            unreachable++;
            return HelloAnswer.none(HelloAnswer.Kind.UNREACHABLE);
        }
    }

    private HelloAnswer converse(Socket socket, HelloOffer offer) {
        HandshakeTrace trace = HandshakeTrace.ofClient(System.nanoTime());
        long deadline = System.nanoTime() + Duration.ofMillis(timeoutMillis).toNanos();
        try {
            ByteBuf hello = Unpooled.buffer(1024);
            writer.write(offer, hello);
            trace.onBytes(Direction.CLIENT_TO_SERVER, hello, System.nanoTime());
            if (proxyHeader) {
                socket.getOutputStream().write(ByteBufUtil.getBytes(LocalHeader.buffer()));
            }
            StartTlsClient asking = StartTlsClients.asking(startTls, AddressLiteral.of(socket.getLocalSocketAddress()));
            if (asking != null && !asks(asking, socket, deadline)) {
                return HelloAnswer.none(HelloAnswer.Kind.REFUSED);
            }
            socket.getOutputStream().write(ByteBufUtil.getBytes(hello));
            byte[] buffer = new byte[SIZE];
            Optional<HelloAnswer> answer = Optional.empty();
            while (answer.isEmpty()) {
                int length = read(socket, buffer, deadline);
                if (length < 0) {
                    return ended(trace);
                }
                trace.onBytes(Direction.SERVER_TO_CLIENT, Unpooled.wrappedBuffer(buffer, 0, length), System.nanoTime());
                answer = answer(trace, false);
            }
            return answer.get();
        } catch (SocketTimeoutException e) {
            silent++;
            return HelloAnswer.none(HelloAnswer.Kind.SILENT);
        } catch (IOException e) {
            return ended(trace); // a reset
        }
    }

    /** Whether the server lets TLS begin. */
    private static boolean asks(StartTlsClient client, Socket socket, long deadline) throws IOException {
        ByteBuf received = Unpooled.buffer();
        byte[] buffer = new byte[SIZE];
        String words = client.opening();
        Heard heard = Heard.MORE;
        while (heard instanceof Heard.More || heard instanceof Heard.Say) {
            socket.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
            if (heard instanceof Heard.More) {
                int length = read(socket, buffer, deadline);
                if (length < 0) {
                    return false;
                }
                received.writeBytes(buffer, 0, length);
            }
            heard = client.read(received);
            words = heard instanceof Heard.Say say ? say.words() : "";
        }
        return heard instanceof Heard.Ready && !received.isReadable();
    }

    private static int read(Socket socket, byte[] buffer, long deadline) throws IOException {
        long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout(Math.toIntExact(left));
        return socket.getInputStream().read(buffer);
    }

    private static HelloAnswer ended(HandshakeTrace trace) {
        return answer(trace, true).orElse(HelloAnswer.none(HelloAnswer.Kind.REFUSED));
    }

    /** The answer, once all of it is there, or as much of it as will ever come. */
    private static Optional<HelloAnswer> answer(HandshakeTrace trace, boolean ended) {
        HandshakeTranscript transcript = trace.snapshot();
        if (!transcript.alerts().isEmpty() && transcript.serverHello() == null) {
            return Optional.of(HelloAnswer.none(HelloAnswer.Kind.REFUSED));
        }
        if (transcript.serverUnreadableAt() >= 0) {
            return Optional.of(HelloAnswer.none(HelloAnswer.Kind.REFUSED));
        }
        for (Step step : transcript.steps()) {
            if (step.message() instanceof ServerHello hello && hello.retry()) {
                return Optional.of(new HelloAnswer(
                        HelloAnswer.Kind.CHOSEN, hello.version(), hello.cipherSuite(), hello.group(), -1));
            }
        }
        ServerHello hello = transcript.serverHello();
        if (hello == null) {
            return Optional.empty();
        }
        Optional<ServerKeyExchange> exchange = transcript.steps().stream()
                .map(Step::message)
                .filter(ServerKeyExchange.class::isInstance)
                .map(ServerKeyExchange.class::cast)
                .findFirst();
        if (exchange.isEmpty() && !ended && tellsMore(hello, transcript)) {
            return Optional.empty();
        }
        int group = exchange.map(ServerKeyExchange::group).orElse(hello.group());
        int publicBytes = exchange.map(ServerKeyExchange::publicLength).orElse(-1);
        return Optional.of(new HelloAnswer(
                HelloAnswer.Kind.CHOSEN,
                hello.version(),
                hello.cipherSuite(),
                group,
                exchange.isPresent() && group < 0 ? publicBytes : -1));
    }

    /** Whether a ServerKeyExchange is still to come. */
    private static boolean tellsMore(ServerHello hello, HandshakeTranscript transcript) {
        KeyExchange exchange = KeyExchange.ofSuite(hello.cipherSuite());
        boolean ephemeral = exchange == KeyExchange.ECDHE || exchange == KeyExchange.DHE;
        boolean over = transcript.steps().stream()
                .anyMatch(step -> step.isMessage(HandshakeTypes.SERVER_HELLO_DONE)
                        || step.message() instanceof HandshakeMessage.Unreadable);
        return ephemeral && !hello.isTls13() && !over && transcript.alerts().isEmpty();
    }
}
