package io.sallyport.server.listen;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a unix-domain socket that a listener binds.
 *
 * <p>The socket is bound under a name beside it and moved into its place, so that a left-over file is replaced without a
 * moment in which there is none. At the end it is removed only if it is still the one that was put there: another process
 * may have taken the place.
 */
final class UnixSocketFile {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.listener");

    private final Path path;
    private final Path beside;
    private @Nullable Object identity;

    UnixSocketFile(String path) {
        this.path = Path.of(path);
        this.beside = Path.of(path + ".new");
    }

    /**
     * Makes sure that the path is free, or taken by a socket file without a listener.
     *
     * @return where to bind
     * @throws IOException with what is in the way
     */
    Path prepare() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            if (!attributes(path).isOther()) {
                throw new IOException("a file that is no socket is in the place");
            }
            if (isServed(path)) {
                throw new IOException("somebody listens on it");
            }
        }
        Files.deleteIfExists(beside);
        return beside;
    }

    /** Puts what was bound into its place. */
    void publish() throws IOException {
        identity = attributes(beside).fileKey();
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
    }

    void remove() {
        try {
            if (identity != null && identity.equals(attributes(path).fileKey())) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.debug("the file of the socket is gone already: {}", e.toString());
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isServed(Path file) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(file));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
