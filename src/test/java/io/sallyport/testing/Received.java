package io.sallyport.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.security.MessageDigest;

/**
 * What came through a TCP connection until its end.
 *
 * @param bytes how many
 * @param sha256 of all of them, in hex
 * @param end how the peer ended
 */
public record Received(long bytes, String sha256, End end) {

    /** How a TCP stream ends. */
    public enum End {
        FIN,
        RESET
    }

    /** Reads until the end. */
    public static Received from(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        MessageDigest digest = Payload.sha256();
        byte[] buffer = new byte[64 * 1024];
        long bytes = 0;
        End end = End.FIN;
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
        } catch (SocketException e) {
            end = End.RESET;
        }
        return new Received(bytes, Payload.hex(digest), end);
    }
}
