package io.sallyport.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The least of HTTP: a request, and a backend that answers it and ends the connection. */
public final class Http {
    public static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    static final String GREETING = "hello from the backend";

    private Http() {}

    /** A backend that answers the first request of each connection. */
    public static FakeBackend backend() {
        return FakeBackend.running(Http::answer);
    }

    private static void answer(Socket socket) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isEmpty()) {
                String response = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + GREETING.length()
                        + "\r\n\r\n" + GREETING;
                socket.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
        }
    }
}
