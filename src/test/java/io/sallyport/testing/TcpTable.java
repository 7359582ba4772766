package io.sallyport.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel tells of its TCP connections (proc_net_tcp in the kernel's documentation). */
public final class TcpTable {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    private TcpTable() {}

    /**
     * Waits until the peer's kernel has everything that was written. Before that a close with unread input throws the rest
     * away, and nobody on the way could deliver it.
     */
    public static void awaitAcknowledged(Socket socket) {
        Pattern row = Pattern.compile("[0-9A-F]+:%04X [0-9A-F]+:%04X [0-9A-F]{2} ([0-9A-F]{8}):"
                .formatted(socket.getLocalPort(), socket.getPort()));
        await().pollInterval(Duration.ofMillis(1)).until(() -> unacknowledged(row) == 0);
    }

    /** The bytes that were written and not acknowledged; none where the kernel has no such connection any more. */
    private static long unacknowledged(Pattern row) {
        for (Path table : TABLES) {
            Matcher found = row.matcher(read(table));
            if (found.find()) {
                return Long.parseLong(found.group(1), 16);
            }
        }
        return 0;
    }

    private static String read(Path table) {
        try {
            return Files.readString(table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
