package io.sallyport.acme;

import io.sallyport.tls.source.AcmeStorage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The right to speak to an authority about what is in a storage. Of the processes on one storage one has it at a time; the
 * kernel takes it back from one that dies.
 */
final class StorageLock implements AutoCloseable {
    private final FileChannel channel;

    private StorageLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes it; empty where somebody else has it. */
    static Optional<StorageLock> take(AcmeStorage storage) throws IOException {
        FileChannel channel = FileChannel.open(storage.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            @Nullable FileLock lock = channel.tryLock();
            taken = lock != null;
            return taken ? Optional.of(new StorageLock(channel)) : Optional.empty();
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // Another one in this very process.
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
