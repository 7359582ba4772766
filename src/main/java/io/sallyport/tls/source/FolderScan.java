package io.sallyport.tls.source;

import io.sallyport.tls.file.MaterialException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder and of those below it, links followed, without what begins with a dot: Kubernetes keeps the versions of
 * a volume in such folders, and links to one of them.
 *
 * @param files what lies there, in order, with what tells one state of it from another
 * @param watched the folders, and every link: a change of any of the files shows there
 */
record FolderScan(Map<Path, Stat> files, Set<Path> watched) {
    /** Below the folder itself. Caddy's certificates are three deep. */
    private static final int DEEPEST = 4;

    /** 10,000 names of certbot are 50,000 files. */
    private static final int MOST = 500_000;

    private static final String ATTRIBUTES =
            "unix:isDirectory,isRegularFile,isSymbolicLink,size,dev,ino," + "lastModifiedTime,ctime";

    /** What the file system says of a file: another, once it has other content. The clock of {@code changed} cannot be set. */
    record Stat(long device, long inode, long size, FileTime modified, FileTime changed) {}

    FolderScan {
        files = Collections.unmodifiableMap(files);
        watched = Collections.unmodifiableSet(watched);
    }

    /**
     * Looks at all of them. Blocks.
     *
     * @throws MaterialException when the folder cannot be read, or is larger than any folder of certificates
     */
    static FolderScan of(Path folder) throws MaterialException {
        if (!Files.isDirectory(folder)) {
            throw new MaterialException((Files.exists(folder) ? "is a file" : "no such folder")
                    + " (expected: a folder with certificates)");
        }
        Walk walk = new Walk();
        try {
            walk.enter(folder, 0);
        } catch (IOException e) {
            throw new MaterialException("cannot be read: " + e + " (expected: a folder with certificates)");
        }
        return new FolderScan(walk.inOrder(), walk.watched);
    }

    private static final class Walk {
        private final Map<Path, Stat> files = new HashMap<>();
        private final Set<Path> watched = new TreeSet<>();
        private final Set<Object> entered = new HashSet<>();
        private int looked;

        Map<Path, Stat> inOrder() {
            List<Path> paths = new ArrayList<>(files.keySet());
            Collections.sort(paths);
            Map<Path, Stat> ordered = new LinkedHashMap<>();
            paths.forEach(path -> ordered.put(path, Objects.requireNonNull(files.get(path))));
            return ordered;
        }

        /** One that is entered already was come to by a link, which may lead round in a ring. */
        void enter(Path folder, int depth) throws IOException, MaterialException {
            if (depth > DEEPEST || !entered.add(folder.toRealPath())) {
                return;
            }
            watched.add(folder);
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    if (!String.valueOf(entry.getFileName()).startsWith(".")) {
                        look(entry, depth);
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }

        private void look(Path entry, int depth) throws IOException, MaterialException {
            if (++looked > MOST) {
                throw new MaterialException("more than " + MOST + " files (expected: a folder of certificates alone)");
            }
            @Nullable Map<String, Object> attributes = attributes(entry, LinkOption.NOFOLLOW_LINKS);
            if (attributes != null && is(attributes, "isSymbolicLink")) {
                watched.add(entry);
                attributes = attributes(entry);
            }
            if (attributes == null) {
                return;
            }
            if (is(attributes, "isDirectory")) {
                below(entry, depth + 1);
            } else if (is(attributes, "isRegularFile")) {
                files.put(entry, stat(attributes));
            }
        }

        /** One below that is not for us, or is gone by now, is no fault of the rest. */
        private void below(Path folder, int depth) throws MaterialException {
            try {
                enter(folder, depth);
            } catch (IOException e) {
                watched.add(folder);
            }
        }

        private static boolean is(Map<String, Object> attributes, String name) {
            return Boolean.TRUE.equals(attributes.get(name));
        }

        private static Stat stat(Map<String, Object> attributes) {
            return new Stat(
                    number(attributes, "dev"),
                    number(attributes, "ino"),
                    number(attributes, "size"),
                    (FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime")),
                    (FileTime) Objects.requireNonNull(attributes.get("ctime")));
        }

        private static long number(Map<String, Object> attributes, String name) {
            return ((Number) Objects.requireNonNull(attributes.get(name))).longValue();
        }

        /** Null where it leads nowhere, or is gone since the folder was listed. */
        private static @Nullable Map<String, Object> attributes(Path file, LinkOption... options) {
            try {
                return Files.readAttributes(file, ATTRIBUTES, options);
            } catch (IOException e) {
                return null;
            }
        }
    }
}
