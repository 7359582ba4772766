package io.sallyport.handshake;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.sallyport.handshake.wire.ClientHelloReader;
import io.sallyport.handshake.wire.ClientHelloResult;
import io.sallyport.handshake.wire.HandshakeHeader;
import io.sallyport.handshake.wire.RecordHeader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The first flight of real clients, taken on a loopback socket or from an engine. */
public final class HelloCapture {
    private static final int TIMEOUT_MILLIS = 60_000;

    /** PORT stands for the port to connect to, FOLDER for an empty folder. A client that is not installed is left out. */
    private static final List<String> COMMANDS = List.of(
            "openssl s_client -connect 127.0.0.1:PORT -servername client.example",
            "openssl s_client -connect 127.0.0.1:PORT -noservername -alpn h2,http/1.1 -status",
            "openssl s_client -connect 127.0.0.1:PORT -noservername -tls1_2",
            "openssl s_client -connect 127.0.0.1:PORT -servername client.example -groups P-384 -no_ticket",
            "curl -sk --noproxy * --max-time 20 --resolve client.example:PORT:127.0.0.1 https://client.example:PORT/",
            "gnutls-cli --insecure -p PORT 127.0.0.1 --sni-hostname client.example",
            "gnutls-cli --insecure -p PORT 127.0.0.1 --sni-hostname client.example --priority NORMAL:-VERS-TLS1.3",
            "chromium --headless --no-sandbox --disable-gpu --user-data-dir=FOLDER"
                    + " --host-resolver-rules=MAP|client.example|127.0.0.1 https://client.example:PORT/");

    private static @Nullable Map<String, byte[]> captured;

    private HelloCapture() {}

    /** The bytes of every client at hand, by its command: at least the JDK's and BoringSSL's. */
    public static synchronized Map<String, byte[]> all() throws Exception {
        Map<String, byte[]> hellos = captured;
        if (hellos == null) {
            hellos = captureAll();
            captured = hellos;
        }
        return hellos;
    }

    private static Map<String, byte[]> captureAll() throws Exception {
        Map<String, byte[]> hellos = new LinkedHashMap<>();
        hellos.put("jdk", jdk());
        hellos.put("boringssl", boringSsl());
        for (String command : COMMANDS) {
            if (isInstalled(command.substring(0, command.indexOf(' ')))) {
                hellos.put(command, ofCommand(command));
            }
        }
        return Collections.unmodifiableMap(hellos);
    }

    public static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> new File(folder, program).canExecute());
    }

    private static byte[] ofCommand(String command) throws Exception {
        Path folder = Files.createTempDirectory("client");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(TIMEOUT_MILLIS);
            Process process = start(command, server.getLocalPort(), folder);
            try (Socket client = server.accept()) {
                client.setSoTimeout(TIMEOUT_MILLIS);
                return readHello(client.getInputStream());
            } finally {
                end(process);
            }
        } finally {
            delete(folder);
        }
    }

    private static Process start(String command, int port, Path folder) throws IOException {
        List<String> words = Arrays.stream(command.split(" ", -1))
                .map(word -> word.replace("PORT", Integer.toString(port))
                        .replace("FOLDER", folder.toString())
                        .replace('|', ' '))
                .toList();
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** A browser is many processes, and writes into its folder until the last is gone. */
    private static void end(Process process) throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly().waitFor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        for (ProcessHandle child : children) {
            child.destroyForcibly();
            child.onExit().orTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).join();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static byte[] readHello(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ClientHelloReader reader = new ClientHelloReader();
        while (reader.read(Unpooled.wrappedBuffer(bytes.toByteArray())) instanceof ClientHelloResult.NeedMore) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the client left after " + bytes.size() + " bytes");
            }
            bytes.write(next);
        }
        return bytes.toByteArray();
    }

    private static byte[] jdk() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("client.example", 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        engine.setSSLParameters(parameters);
        return firstFlight(engine);
    }

    public static byte[] boringSsl() throws Exception {
        SslContext context = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT, "client.example", 443);
        try {
            return firstFlight(engine);
        } finally {
            ReferenceCountUtil.release(engine);
            ReferenceCountUtil.release(context);
        }
    }

    private static byte[] firstFlight(SSLEngine engine) throws Exception {
        engine.beginHandshake();
        ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        SSLEngineResult result;
        do {
            result = engine.wrap(ByteBuffer.allocate(0), out);
        } while (result.bytesProduced() > 0
                && result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** What the reader makes of the bytes in one piece. */
    public static ClientHelloResult.Complete read(byte[] bytes) {
        return (ClientHelloResult.Complete) new ClientHelloReader().read(Unpooled.wrappedBuffer(bytes));
    }

    /** The ClientHello's body, of bytes that hold it in one record. */
    public static byte[] body(byte[] bytes) {
        int header = RecordHeader.LENGTH + HandshakeHeader.LENGTH;
        return Arrays.copyOfRange(
                bytes, header, RecordHeader.LENGTH + read(bytes).hello().length());
    }
}
