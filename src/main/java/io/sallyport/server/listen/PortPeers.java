package io.sallyport.server.listen;

import io.netty.channel.unix.UnixChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The listening sockets that share an address with ours, in other processes too, by inode (proc_pid_net(5)). */
final class PortPeers {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String LISTEN = "0A";

    // Columns of a table.
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int USER = 7;
    private static final int INODE = 9;

    private PortPeers() {}

    private record Row(String address, String inode) {}

    /**
     * The inodes of those that are not ours.
     *
     * @param ours all of one address
     * @throws IOException when the kernel does not tell
     */
    static Set<String> of(Collection<? extends UnixChannel> ours) throws IOException {
        Set<String> own = new HashSet<>();
        for (UnixChannel channel : ours) {
            own.add(inode(channel.fd().intValue()));
        }
        for (Path table : TABLES) {
            List<Row> rows = Files.exists(table) ? listening(table) : List.of();
            Set<String> addresses = rows.stream()
                    .filter(row -> own.contains(row.inode))
                    .map(Row::address)
                    .collect(Collectors.toSet());
            if (!addresses.isEmpty()) {
                return rows.stream()
                        .filter(row -> addresses.contains(row.address) && !own.contains(row.inode))
                        .map(Row::inode)
                        .collect(Collectors.toUnmodifiableSet());
            }
        }
        throw new IOException("the kernel does not list our sockets");
    }

    private static String inode(int descriptor) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                .toString()
                .replaceAll("\\D", "");
    }

    /** The kernel lists sockets that listen before all others, of which there may be very many. */
    private static List<Row> listening(Path table) throws IOException {
        List<Row> result = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(table)) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length <= INODE || !columns[STATE].equals(LISTEN)) {
                    break;
                }
                // Sockets share a port only with those of their own user.
                result.add(new Row(columns[LOCAL_ADDRESS] + " " + columns[USER], columns[INODE]));
            }
        }
        return result;
    }
}
