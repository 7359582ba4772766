package io.sallyport.server.reload;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls when files may have changed: at once where the kernel notifies of it, and at every poll besides, since network file
 * systems do not.
 *
 * <p>Watches folders, not files, and those that symbolic links lead through: a rename over a file, a write in place and the
 * swap of a Kubernetes volume's {@code ..data} link all show there.
 */
public final class FileWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.reload");

    /** Writers write several files; looking after the last of them spares a load of half a pair. */
    private static final Duration SETTLE = Duration.ofMillis(100);

    private static final Duration LATEST = Duration.ofMillis(500);

    private static final int MAX_LINKS = 16;

    private final @Nullable WatchService watches;
    private final Duration poll;
    private final Runnable onChange;
    private final Thread thread;
    private final Map<Path, WatchKey> watched = new HashMap<>();
    private volatile Set<Path> own = Set.of();
    private volatile boolean again;
    private volatile boolean closed;

    /**
     * A watcher, not started.
     *
     * @param poll zero: none, only what the kernel notifies of
     * @param onChange called on the watcher's own thread
     */
    public FileWatcher(boolean watch, Duration poll, Runnable onChange) {
        this.watches = watch ? open() : null;
        this.poll = poll;
        this.onChange = onChange;
        this.thread = new Thread(this::run, "sallyport-watch");
        this.thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /**
     * Watches the folders of these files, and no others any more; of a folder itself, too.
     *
     * @param written what we write ourselves: no change of it is a change
     */
    public synchronized void watch(Set<Path> files, Set<Path> written) {
        if (watches == null || closed) {
            return;
        }
        own = written.stream().map(file -> file.toAbsolutePath().normalize()).collect(Collectors.toUnmodifiableSet());
        Set<Path> folders = new HashSet<>();
        files.forEach(file -> addFolders(file.toAbsolutePath().normalize(), folders, 0));
        watched.entrySet().removeIf(entry -> {
            boolean gone =
                    !folders.contains(entry.getKey()) || !entry.getValue().isValid();
            if (gone) {
                entry.getValue().cancel();
            }
            return gone;
        });
        for (Path folder : folders) {
            if (!watched.containsKey(folder)) {
                WatchKey key = register(folder);
                if (key != null) {
                    watched.put(folder, key);
                    // Of what was written into it after the look and before this there was no notice.
                    again |= thread.isAlive();
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        if (watches != null) {
            try {
                watches.close();
            } catch (IOException e) {
                LOG.debug("cannot close the file watch", e);
            }
        }
        thread.interrupt();
    }

    private void run() {
        while (!closed) {
            try {
                await();
                onChange.run();
            } catch (InterruptedException | ClosedWatchServiceException e) {
                return;
            } catch (RuntimeException e) {
                // A watch that ends here would serve yesterday's certificate for good.
                LOG.error("looking at the files failed", e);
            }
        }
    }

    private void await() throws InterruptedException {
        if (watches == null) {
            Thread.sleep(poll.isZero() ? Long.MAX_VALUE : poll.toMillis());
            return;
        }
        if (again) {
            again = false;
            Thread.sleep(SETTLE.toMillis());
            return;
        }
        long asleep = System.nanoTime();
        WatchKey key = next(watches, asleep);
        while (key != null && !hasNews(key)) {
            // A line for every connection in a log beside the certificates would wake us as often.
            Thread.sleep(SETTLE.toMillis());
            key = next(watches, asleep);
        }
        long latest = System.nanoTime() + LATEST.toNanos();
        while (key != null) {
            // A folder in which something is written all the time must not put the look off for ever.
            key = System.nanoTime() < latest ? watches.poll(SETTLE.toMillis(), TimeUnit.MILLISECONDS) : null;
            if (key != null) {
                hasNews(key);
            }
        }
    }

    /** The next folder with news; null at the next poll. */
    private @Nullable WatchKey next(WatchService service, long asleep) throws InterruptedException {
        if (poll.isZero()) {
            return service.take();
        }
        long left = poll.toNanos() - (System.nanoTime() - asleep);
        return left <= 0 ? null : service.poll(left, TimeUnit.NANOSECONDS);
    }

    /** Consumes the events of a folder: whether any of them is not about a file that we write. */
    private boolean hasNews(WatchKey key) {
        Path folder = (Path) key.watchable();
        boolean news = false;
        for (WatchEvent<?> event : key.pollEvents()) {
            news |= !(event.context() instanceof Path name) || !own.contains(folder.resolve(name));
        }
        // A folder that is gone is news too.
        return !key.reset() || news;
    }

    private static void addFolders(Path path, Set<Path> folders, int links) {
        Path folder = path.getParent();
        if (folder == null || links > MAX_LINKS) {
            return;
        }
        folders.add(folder);
        if (Files.isDirectory(path)) {
            folders.add(path);
        }
        Path at = path.getRoot();
        for (Path element : path) {
            at = at == null ? element : at.resolve(element);
            if (Files.isSymbolicLink(at)) {
                try {
                    Path target = at.resolveSibling(Files.readSymbolicLink(at));
                    folders.add(at.toAbsolutePath().getParent());
                    addFolders(target.resolve(at.relativize(path)).normalize(), folders, links + 1);
                } catch (IOException e) {
                    LOG.debug("cannot read the link {}", at, e);
                }
                return;
            }
        }
    }

    private @Nullable WatchKey register(Path folder) {
        if (watches == null) {
            return null;
        }
        try {
            return folder.register(
                    watches,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException | ClosedWatchServiceException e) {
            LOG.atDebug().addKeyValue("folder", folder.toString()).log("cannot be watched: {}", e.toString());
            return null;
        }
    }

    private static @Nullable WatchService open() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            LOG.warn("files are not watched, only polled: {}", e.toString());
            return null;
        }
    }
}
