package io.sallyport.tls.context;

import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.internal.tcnative.KeyLogCallback;
import io.netty.internal.tcnative.SSLContext;
import io.sallyport.tls.file.SecretFile;
import io.sallyport.tls.netty.NettyInternals;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the secrets of every session to a file, for a packet capture to be read with. For debugging alone: whoever has
 * the file can read the traffic.
 *
 * <p>The format is the one of SSLKEYLOGFILE (RFC 9850). Written on a thread of its own; what does not fit into its queue
 * is lost.
 */
public final class KeyLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("sallyport.tls");
    private static final int QUEUE = 4096;

    private final OutputStream out;
    private final ThreadPoolExecutor writer;

    private KeyLog(OutputStream out) {
        this.out = out;
        this.writer = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                task -> {
                    Thread thread = new Thread(task, "sallyport-key-log");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /**
     * Opens the file, for its owner alone if it is new.
     *
     * @throws IOException when it cannot be written
     */
    public static KeyLog open(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        LOG.warn(
                "SSLKEYLOGFILE is set: the secrets of every session are written to {}, and whoever reads it can read"
                        + " the traffic",
                file);
        SecretFile.exposure(file).ifPresent(exposure -> LOG.warn("{}: {}", file, exposure));
        return new KeyLog(Files.newOutputStream(file, StandardOpenOption.APPEND));
    }

    /** Logs every session of {@code context} from now on. */
    void follow(ReferenceCountedOpenSslContext context) {
        KeyLogCallback callback = (ssl, line) -> {
            byte[] copy = line.clone();
            writer.execute(() -> write(copy));
        };
        SSLContext.setKeyLogCallback(NettyInternals.context(context).orElseThrow(), callback);
    }

    @Override
    public void close() {
        writer.shutdown();
        try {
            writer.awaitTermination(1, TimeUnit.SECONDS);
            out.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("cannot close the key log: {}", e.toString());
        }
    }

    private void write(byte[] line) {
        try {
            out.write(line);
            out.write('\n');
        } catch (IOException e) {
            LOG.debug("cannot write the key log", e);
        }
    }
}
