package io.sallyport.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The control group that bounds this process's memory, version 2 or 1 (the kernel's admin-guide: cgroup-v2, cgroup-v1/memory).
 * Of a group and those above it, the one with the smallest limit.
 */
public final class ControlGroup {
    /** Version 1 writes a number near this for none. */
    private static final long NO_LIMIT = 1L << 60;

    private static final String V2_LIMIT = "memory.max";
    private static final String V1_LIMIT = "memory.limit_in_bytes";

    private final Path directory;
    private final boolean unified;
    private final long limit;

    private ControlGroup(Path directory, boolean unified, long limit) {
        this.directory = directory;
        this.unified = unified;
        this.limit = limit;
    }

    /** The one of this process; null where none bounds it. */
    public static @Nullable ControlGroup own() {
        return find(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));
    }

    /**
     * The same elsewhere.
     *
     * @param membership as {@code /proc/PID/cgroup}
     * @param mount as {@code /sys/fs/cgroup}
     */
    static @Nullable ControlGroup find(Path membership, Path mount) {
        try {
            String unified = null;
            for (String line : Files.readAllLines(membership)) {
                String[] parts = line.split(":", 3);
                if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
                    return smallest(mount.resolve("memory"), parts[2], false);
                }
                if (parts.length == 3 && parts[0].equals("0")) {
                    unified = parts[2];
                }
            }
            return unified == null ? null : smallest(mount, unified, true);
        } catch (IOException e) {
            // No Linux, or hidden from us: then nothing is known.
            return null;
        }
    }

    private static @Nullable ControlGroup smallest(Path mount, String path, boolean unified) throws IOException {
        ControlGroup result = null;
        for (Path directory : upwards(mount, path)) {
            long limit = limit(directory.resolve(unified ? V2_LIMIT : V1_LIMIT));
            if (limit < (result == null ? NO_LIMIT : result.limit)) {
                result = new ControlGroup(directory, unified, limit);
            }
        }
        return result;
    }

    /** In a container the path may be the one of the host, and what is mounted is the group itself. */
    private static List<Path> upwards(Path mount, String path) {
        List<Path> result = new ArrayList<>();
        Path relative = Path.of("/").relativize(Path.of("/").resolve(path).normalize());
        Path own = mount.resolve(relative);
        for (Path at = own; at != null && at.startsWith(mount); at = at.getParent()) {
            result.add(at);
        }
        return result;
    }

    private static long limit(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            return Long.MAX_VALUE;
        }
        String text = Files.readString(file).strip();
        return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    }

    /** Bytes; what needs more ends a process of the group. */
    public long limit() {
        return limit;
    }

    /** Bytes that the kernel cannot take back: without the pages of files, and what it keeps in case that it is asked again. */
    public long used() throws IOException {
        long used =
                Long.parseLong(Files.readString(directory.resolve(unified ? "memory.current" : "memory.usage_in_bytes"))
                        .strip());
        String total = unified ? "" : "total_";
        List<String> reclaimable = List.of(total + "inactive_file", total + "active_file", total + "slab_reclaimable");
        for (String line : Files.readAllLines(directory.resolve("memory.stat"))) {
            int space = line.indexOf(' ');
            if (space > 0 && reclaimable.contains(line.substring(0, space))) {
                used -= Long.parseLong(line.substring(space + 1));
            }
        }
        return Math.max(0, used);
    }
}
