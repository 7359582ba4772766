package io.sallyport.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class HelloBackendTest {

    @Test
    void tellsWhatItWasAskedForAsLongAsTheClientStays() throws IOException {
        try (HelloBackend backend = HelloBackend.start();
                Socket client = new Socket(
                        backend.address().getAddress(), backend.address().getPort())) {
            client.setSoTimeout(10_000);
            assertThat(ask(client, "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("Hello from behind Sallyport.\nGET /a?b=c\n");
            assertThat(ask(client, "POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"))
                    .endsWith("POST /d\n");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    private static String ask(Socket client, String request) throws IOException {
        client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        InputStream in = client.getInputStream();
        StringBuilder reply = new StringBuilder();
        while (reply.indexOf("\r\n\r\n") < 0) {
            reply.append((char) in.read());
        }
        String head = reply.toString().toLowerCase(Locale.ROOT);
        int at = head.indexOf("content-length:") + "content-length:".length();
        int length = Integer.parseInt(head.substring(at, head.indexOf('\r', at)).trim());
        return reply.append(new String(in.readNBytes(length), StandardCharsets.UTF_8))
                .toString();
    }
}
