package io.sallyport.cli;

import io.sallyport.config.value.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * What {@code /readyz} answers. One plain request on a socket: the JDK's HTTP client costs half a second to load.
 *
 * @param isReady whether the status is 200
 * @param words the body's first line, else the status line
 */
record Readiness(boolean isReady, String words) {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final int MAX_BYTES = 4096;

    /**
     * Asks the admin listener at {@code address}.
     *
     * @throws IOException when it cannot be reached, or does not answer within two seconds
     */
    static Readiness ask(HostPort address) throws IOException {
        try (Socket socket = new Socket()) {
            InetSocketAddress reachable = new InetSocketAddress(reachable(address.host()), address.port());
            socket.connect(reachable, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            // A listener on loopback takes no names but its own, and this one may be another name of it.
            HostPort host = new HostPort(reachable.getAddress().getHostAddress(), reachable.getPort());
            String request = "GET /readyz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return parse(read(socket.getInputStream()));
        }
    }

    /** A socket that is bound to every address is asked on loopback. */
    private static InetAddress reachable(String host) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        return address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    }

    private static String read(InputStream in) throws IOException {
        return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    }

    private static Readiness parse(String answer) throws IOException {
        List<String> lines = answer.lines().toList();
        if (lines.isEmpty() || !lines.get(0).startsWith("HTTP/1.")) {
            throw new IOException("no HTTP answer");
        }
        String status = lines.get(0);
        int body = lines.indexOf("");
        String words = body >= 0 && body + 1 < lines.size() ? lines.get(body + 1) : status;
        return new Readiness(status.startsWith(" 200 ", "HTTP/1.x".length()), words.toLowerCase(Locale.ROOT));
    }
}
