package io.sallyport.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A TLS client whose two layers are steered apart: close_notify without FIN, FIN without close_notify, a record that is
 * broken on its way. The TLS is the JDK's, so that the proxy's own library is not both ends of a test.
 *
 * <p>Everything blocks, for {@link #TIMEOUT_MILLIS} at most. One thread may send while another reads.
 */
public final class TlsClient implements AutoCloseable {
    public static final String TLS_1_2 = "TLSv1.2";
    public static final String TLS_1_3 = "TLSv1.3";

    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int BUFFER = 64 * 1024;
    private static final int RECORD_HEADER = 5;
    private static final int ALERT = 21;

    /** Bytes of the record that TLS 1.3 sends for old middleboxes, which is not encrypted. */
    private static final int CHANGE_CIPHER_SPEC = 6;

    private static final Pattern FATAL = Pattern.compile("Received fatal alert: (\\w+)");

    private final Socket socket;
    private final SSLEngine engine;
    private final ByteBuffer received = ByteBuffer.allocate(BUFFER).flip();
    private final ByteBuffer plain = ByteBuffer.allocate(BUFFER).flip();
    private final Object sending = new Object();
    private String alert = "";
    private Received.@Nullable End tcpEnd;
    private boolean ended;
    private boolean breaksNextFlight;

    /** What goes with the last flight of the handshake. */
    private enum Last {
        DATA,
        BROKEN_DATA,
        CLOSE_NOTIFY
    }

    private TlsClient(Socket socket, SSLEngine engine) {
        this.socket = socket;
        this.engine = engine;
    }

    /** Connects and shakes hands, with the newest version that both sides have. */
    public static TlsClient connect(ProxyUnderTest proxy) {
        return connect(proxy, TLS_1_3, TLS_1_2);
    }

    /** Connects and shakes hands. */
    public static TlsClient connect(ProxyUnderTest proxy, String... versions) {
        TlsClient client = open(proxy.address(), proxy.authority(), versions);
        try {
            client.handshake();
            return client;
        } catch (RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /** Opens the TCP connection alone. */
    public static TlsClient open(InetSocketAddress address, CertificateAuthority trusted, String... versions) {
        return open(address, context(trusted), versions);
    }

    /** Opens the TCP connection alone; the context holds the trust, and the client's certificate if it has one. */
    public static TlsClient open(InetSocketAddress address, SSLContext context, String... versions) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        try {
            Socket socket = new Socket();
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.connect(address, TIMEOUT_MILLIS);
            return new TlsClient(socket, engine);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A context that trusts one authority. */
    public static SSLContext context(CertificateAuthority trusted) {
        return context(trusted, new KeyManager[0]);
    }

    /** The same, with what a server is shown that asks for a certificate. */
    public static SSLContext context(CertificateAuthority trusted, IssuedCertificate shown) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", shown.key(), new char[0], shown.chain().toArray(new Certificate[0]));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            return context(trusted, keys.getKeyManagers());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(CertificateAuthority trusted, KeyManager[] keys) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("root", trusted.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public SSLSession session() {
        return engine.getSession();
    }

    /** The TCP connection underneath. */
    public Socket socket() {
        return socket;
    }

    // ---- handshake

    public void handshake() {
        handshake(new byte[0]);
    }

    /** Shakes hands; in one segment with the last of the handshake, where that is the client's, go a request and the end. */
    public void handshakeAndEnd(byte[] request) {
        handshake(request, Last.CLOSE_NOTIFY);
    }

    /** Shakes hands; the data that goes with the last of the handshake does not decrypt. */
    public void handshakeAndSendBroken(byte[] data) {
        handshake(data, Last.BROKEN_DATA);
    }

    /** Shakes hands with a Finished that does not decrypt. */
    public StreamEnd handshakeWithBrokenFinished() {
        try {
            sendRaw(clientHello());
            breaksNextFlight = true;
            handshake();
        } catch (UncheckedIOException e) {
            // In TLS 1.2 the server has the last word, and it is the alert.
        }
        return end();
    }

    /** Shakes hands; the first bytes go out in one segment with the last of the handshake where that is the client's. */
    public void handshake(byte[] first) {
        handshake(first, Last.DATA);
    }

    private void handshake(byte[] first, Last last) {
        try {
            ByteArrayOutputStream flight = new ByteArrayOutputStream();
            begin();
            HandshakeStatus status = engine.getHandshakeStatus();
            while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
                switch (status) {
                    case NEED_WRAP -> status = wrap(ByteBuffer.allocate(0), flight);
                    case NEED_TASK -> {
                        runTasks();
                        status = engine.getHandshakeStatus();
                    }
                    default -> {
                        sendFlight(flight, false);
                        flight.reset();
                        status = unwrap();
                        requireOpen();
                    }
                }
            }
            if (first.length > 0) {
                seal(first, flight);
            }
            if (last == Last.CLOSE_NOTIFY) {
                engine.closeOutbound();
                wrap(ByteBuffer.allocate(0), flight);
            }
            sendFlight(flight, last == Last.BROKEN_DATA);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sendFlight(ByteArrayOutputStream flight, boolean broken) {
        byte[] bytes = flight.toByteArray();
        if (bytes.length > CHANGE_CIPHER_SPEC && (broken || breaksNextFlight)) {
            bytes[bytes.length - 1] ^= 1;
            breaksNextFlight = false;
        }
        sendRaw(bytes);
    }

    /** The record with the ClientHello, which is to be sent by {@link #sendRaw}; {@link #handshake()} goes on from it. */
    public byte[] clientHello() {
        try {
            begin();
            ByteArrayOutputStream flight = new ByteArrayOutputStream();
            wrap(ByteBuffer.allocate(0), flight);
            return flight.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireOpen() throws SSLException {
        if (ended) {
            throw new SSLException("the proxy ended the handshake: " + end());
        }
    }

    private void begin() throws SSLException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            engine.beginHandshake();
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    // ---- sending

    public void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    public void send(byte[] data) {
        send(data, 0, data.length);
    }

    public void send(byte[] data, int offset, int length) {
        synchronized (sending) {
            ByteArrayOutputStream records = new ByteArrayOutputStream(length + 1024);
            try {
                seal(ByteBuffer.wrap(data, offset, length), records);
            } catch (SSLException e) {
                throw new UncheckedIOException(e);
            }
            sendRaw(records.toByteArray());
        }
    }

    /** Sends the start of a payload, piece by piece. */
    public void send(Payload payload, long length) {
        try {
            payload.writeTo(
                    new OutputStream() {
                        @Override
                        public void write(int value) {
                            write(new byte[] {(byte) value}, 0, 1);
                        }

                        @Override
                        public void write(byte[] data, int offset, int count) {
                            send(data, offset, count);
                        }
                    },
                    length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The records that would carry this data, the next to come. */
    public byte[] seal(byte[] data) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        try {
            seal(ByteBuffer.wrap(data), records);
        } catch (SSLException e) {
            throw new UncheckedIOException(e);
        }
        return records.toByteArray();
    }

    /** Sends bytes as they are, below TLS. */
    public void sendRaw(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says close_notify, and leaves TCP as it is. */
    public void sendCloseNotify() {
        synchronized (sending) {
            engine.closeOutbound();
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            try {
                wrap(ByteBuffer.allocate(0), records);
            } catch (SSLException e) {
                throw new UncheckedIOException(e);
            }
            sendRaw(records.toByteArray());
        }
    }

    /** Ends the TCP stream, and leaves TLS as it is. */
    public void sendFin() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resets the TCP connection. */
    public void reset() {
        try {
            FakeBackend.reset(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void seal(byte[] data, ByteArrayOutputStream out) throws SSLException {
        seal(ByteBuffer.wrap(data), out);
    }

    private void seal(ByteBuffer data, ByteArrayOutputStream out) throws SSLException {
        while (data.hasRemaining()) {
            wrap(data, out);
        }
    }

    private HandshakeStatus wrap(ByteBuffer data, ByteArrayOutputStream out) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(data, record);
        if (result.getStatus() != Status.OK && result.bytesProduced() == 0) {
            throw new SSLException("nothing to send: " + result);
        }
        out.write(record.array(), 0, record.position());
        return result.getHandshakeStatus();
    }

    // ---- reading

    /** Reads what is there, at least a byte; -1 at the end, of which {@link #end} tells more. */
    public int read(byte[] into, int offset, int length) {
        try {
            while (!plain.hasRemaining() && !ended) {
                unwrap();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!plain.hasRemaining()) {
            return -1;
        }
        int taken = Math.min(length, plain.remaining());
        plain.get(into, offset, taken);
        return taken;
    }

    /** Reads as many bytes; fails when the stream ends before. */
    public byte[] read(int length) {
        byte[] result = new byte[length];
        for (int at = 0; at < length; ) {
            int read = read(result, at, length - at);
            if (read < 0) {
                throw new AssertionError("the stream ended after " + at + " of " + length + " bytes: " + end());
            }
            at += read;
        }
        return result;
    }

    public String readText(int length) {
        return new String(read(length), StandardCharsets.UTF_8);
    }

    /** Reads to the end, of which {@link #end} tells more; SHA-256 in hex. */
    public Received readAll() {
        MessageDigest digest = Payload.sha256();
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        for (int read = read(buffer, 0, BUFFER); read >= 0; read = read(buffer, 0, BUFFER)) {
            digest.update(buffer, 0, read);
            bytes += read;
        }
        return new Received(bytes, Payload.hex(digest), end().tcp());
    }

    /** Waits for the end of the stream, whatever comes before it. */
    public StreamEnd end() {
        try {
            while (!ended) {
                unwrap();
            }
            Received.End tcp = tcpEnd();
            if (alert.isEmpty() && hasWholeRecord()) {
                takeAlert();
            }
            return new StreamEnd(alert, tcp);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of the TCP stream, behind the end of the TLS stream. */
    public Received.End tcpEnd() {
        try {
            while (fill()) {
                // Nothing is expected.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Objects.requireNonNull(tcpEnd);
    }

    /** Takes one record, and waits for it. */
    private HandshakeStatus unwrap() throws IOException {
        while (true) {
            if (isEndedByAlert()) {
                ended = true;
                return HandshakeStatus.NOT_HANDSHAKING;
            }
            SSLEngineResult result;
            plain.clear();
            try {
                result = engine.unwrap(received, plain);
            } catch (SSLException e) {
                ended = true;
                alert = fatalAlert(e);
                return HandshakeStatus.NOT_HANDSHAKING;
            } finally {
                plain.flip();
            }
            runTasks();
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && result.bytesConsumed() == 0) {
                awaitSent();
                continue;
            }
            if (result.getStatus() == Status.CLOSED) {
                ended = true;
                alert = "close_notify";
            }
            if (result.getStatus() != Status.BUFFER_UNDERFLOW) {
                return engine.getHandshakeStatus();
            }
            if (!fill()) {
                ended = true;
                return HandshakeStatus.NOT_HANDSHAKING;
            }
        }
    }

    /** The engine reads nothing before it has sent what it has to: another thread may be about to send the close_notify. */
    private void awaitSent() {
        synchronized (sending) {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                throw new IllegalStateException(
                        "the client has not shaken hands: its TLS stream has no end, only TCP's");
            }
        }
    }

    /**
     * In TLS 1.2 the JDK stops sending as soon as it sees close_notify, as RFC 5246 has it. Others go on, and so does this
     * client: an alert is shown to the engine in {@link #end} alone.
     */
    private boolean isEndedByAlert() {
        return engine.getSession().getProtocol().equals(TLS_1_2)
                && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && hasWholeRecord()
                && received.get(received.position()) == ALERT;
    }

    private boolean hasWholeRecord() {
        return received.remaining() >= RECORD_HEADER
                && received.remaining() - RECORD_HEADER >= received.getShort(received.position() + 3);
    }

    private void takeAlert() throws SSLException {
        try {
            engine.unwrap(received, plain.clear());
            alert = "close_notify";
        } catch (SSLException e) {
            alert = fatalAlert(e);
        } finally {
            plain.clear().flip();
        }
    }

    private static String fatalAlert(SSLException e) throws SSLException {
        Matcher matcher = FATAL.matcher(String.valueOf(e.getMessage()));
        if (!matcher.find()) {
            throw e;
        }
        return matcher.group(1);
    }

    /** Reads from the socket; false at its end. */
    private boolean fill() throws IOException {
        if (tcpEnd != null) {
            return false;
        }
        received.compact();
        try {
            int read = socket.getInputStream().read(received.array(), received.position(), received.remaining());
            if (read < 0) {
                tcpEnd = Received.End.FIN;
            } else {
                received.position(received.position() + read);
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException e) {
            tcpEnd = Received.End.RESET;
        } finally {
            received.flip();
        }
        return tcpEnd == null;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
