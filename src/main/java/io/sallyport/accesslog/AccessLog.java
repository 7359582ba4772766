package io.sallyport.accesslog;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sallyport.config.AccessLogConfig;
import io.sallyport.config.AccessLogConfig.Target;
import io.sallyport.config.hocon.ConfigException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The access log: one line of JSON for each record, written by a thread of its own. */
public final class AccessLog implements AutoCloseable {
    private final @Nullable LineWriter<Object> writer;

    private AccessLog(@Nullable LineWriter<Object> writer) {
        this.writer = writer;
    }

    /**
     * Opens what {@code access-log.target} names.
     *
     * @throws ConfigException when a file cannot be opened
     */
    public static AccessLog open(AccessLogConfig config) throws ConfigException {
        Target target = config.target();
        if (target instanceof Target.File file) {
            return new AccessLog(LineWriter.toFile(file.path(), AccessLog::render));
        }
        return target instanceof Target.Stdout ? new AccessLog(LineWriter.toStdout(AccessLog::render)) : none();
    }

    /** A log that keeps nothing. */
    public static AccessLog none() {
        return new AccessLog(null);
    }

    /** Queues a {@link ConnectionSummary}, {@link HandshakeReport} or {@link LeftOut}; never waits. */
    void offer(Object line) {
        if (writer != null) {
            writer.offer(line);
        }
    }

    /** Opens a file again under its name, after a rotation. Returns at once. */
    public void reopen() {
        if (writer != null) {
            writer.reopen();
        }
    }

    /** Lines that were lost because the output stood still. */
    public long dropped() {
        return writer == null ? 0 : writer.dropped();
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }

    private static void render(Object line, JsonGenerator json) throws IOException {
        if (line instanceof ConnectionSummary connection) {
            AccessLine.write(json, connection);
        } else if (line instanceof HandshakeReport handshake) {
            HandshakeLine.write(json, handshake, false);
        } else if (line instanceof LeftOut leftOut) {
            HandshakeLine.write(json, leftOut);
        }
    }
}
