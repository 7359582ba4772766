package io.sallyport.admin;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends exactly the bytes that a test gives it. */
final class HttpSocket implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int RECEIVE_BYTES = 16 * 1024;

    private final Socket socket = new Socket();
    private final InputStream in;

    HttpSocket(InetSocketAddress address) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setReceiveBufferSize(RECEIVE_BYTES); // what is not read soon stands still
        socket.connect(address, TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads one answer whose length is told, as every answer of ours is. */
    HttpReply reply() throws IOException {
        HttpReply head = head();
        int length = Integer.parseInt(String.valueOf(head.header("content-length")));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new HttpReply(head.status(), head.headers(), body);
    }

    /** Reads one answer that has no body, whatever its length says. */
    HttpReply head() throws IOException {
        String status = line();
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return new HttpReply(Integer.parseInt(status.split(" ", 3)[1]), headers, "");
    }

    /** Reads one chunk of a chunked body. */
    String chunk() throws IOException {
        int length = Integer.parseInt(line(), 16);
        String chunk = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        line();
        return chunk;
    }

    /** Waits for the server to close. */
    boolean isClosed() throws IOException {
        return in.read() < 0;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after \"" + line + "\"");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
