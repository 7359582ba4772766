package io.sallyport.systemd;

import io.sallyport.server.listen.HandedOverSockets;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Listening sockets that the service manager has bound and handed over with {@code $LISTEN_PID}, {@code $LISTEN_FDS} and
 * {@code $LISTEN_FDNAMES} (sd_listen_fds(3)). Of several with one name the first counts. Safe for use by any thread.
 */
public final class InheritedSockets implements HandedOverSockets {
    /** SD_LISTEN_FDS_START. */
    private static final int FIRST = 3;

    private final Map<String, Integer> byName = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final String whyNone;

    public InheritedSockets(Map<String, String> environment) {
        String pid = environment.getOrDefault("LISTEN_PID", "");
        String ours = String.valueOf(ProcessHandle.current().pid());
        if (!pid.equals(ours)) {
            // The variables may have come down from a parent that they were meant for.
            this.whyNone = pid.isEmpty()
                    ? "$LISTEN_PID is not set"
                    : "$LISTEN_PID is " + pid + ", and this process is " + ours;
            return;
        }
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        int count = count(environment.getOrDefault("LISTEN_FDS", ""));
        for (int i = 0; i < count; i++) {
            // Without a name they are all called so, by systemd too.
            byName.putIfAbsent(i < names.length && !names[i].isEmpty() ? names[i] : "unknown", FIRST + i);
        }
        this.whyNone = "$LISTEN_FDS is \"" + environment.getOrDefault("LISTEN_FDS", "") + "\"";
    }

    @Override
    public boolean any() {
        return !byName.isEmpty();
    }

    @Override
    public synchronized int find(String name) throws IOException {
        @Nullable Integer descriptor = byName.get(name);
        if (descriptor == null) {
            throw new IOException("the service manager has handed over no socket of this name (handed over: "
                    + (byName.isEmpty() ? "none, as " + whyNone : words(byName.keySet())) + ")");
        }
        if (taken.contains(name)) {
            throw new IOException(
                    "the socket of this name was taken before (expected: one listener, and a restart to serve it again)");
        }
        return descriptor;
    }

    @Override
    public synchronized int take(String name) throws IOException {
        int descriptor = find(name);
        taken.add(name);
        return descriptor;
    }

    private static String words(Collection<String> names) {
        return String.join(", ", names);
    }

    private static int count(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
