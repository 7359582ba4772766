package io.sallyport.systemd;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Listening sockets that the service manager has bound and handed over with {@code $LISTEN_PID}, {@code $LISTEN_FDS} and
 * {@code $LISTEN_FDNAMES} (sd_listen_fds(3)). Each can be taken once. Safe for use by any thread.
 */
final class InheritedSockets {
    /** SD_LISTEN_FDS_START. */
    private static final int FIRST = 3;

    private final Map<String, Integer> byName = new HashMap<>();

    InheritedSockets(Map<String, String> environment) {
        // The variables may have come down from a parent that they were meant for.
        if (!String.valueOf(ProcessHandle.current().pid()).equals(environment.get("LISTEN_PID"))) {
            return;
        }
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        int count = count(environment.getOrDefault("LISTEN_FDS", ""));
        for (int i = 0; i < count; i++) {
            // Without a name they are all called so, by systemd too.
            byName.putIfAbsent(i < names.length && !names[i].isEmpty() ? names[i] : "unknown", FIRST + i);
        }
    }

    synchronized OptionalInt take(String name) {
        @Nullable Integer descriptor = byName.remove(name);
        return descriptor == null ? OptionalInt.empty() : OptionalInt.of(descriptor);
    }

    private static int count(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
