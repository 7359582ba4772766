package io.sallyport.server;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.server.generation.StartException;
import io.sallyport.tls.context.KeyLog;
import io.sallyport.tls.netty.NettyInternals;
import io.sallyport.tls.netty.NettyInternals.Member;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code $SSLKEYLOGFILE}, as browsers and curl understand it. */
final class KeyLogVariable {
    private KeyLogVariable() {}

    /**
     * Opens the file that it names; null where it is not set.
     *
     * @throws StartException when the file cannot be written, or this Netty does not serve it
     */
    static @Nullable KeyLog open() throws StartException {
        String file = System.getenv("SSLKEYLOGFILE");
        if (file == null || file.isEmpty()) {
            return null;
        }
        if (NettyInternals.missing().contains(Member.CONTEXT_ADDRESS)) {
            throw new StartException(new ConfigProblem(
                    "", "SSLKEYLOGFILE", "this Netty does not show what the key log needs (expected: not set)"));
        }
        try {
            return KeyLog.open(Path.of(file));
        } catch (IOException e) {
            throw new StartException(
                    new ConfigProblem("", "SSLKEYLOGFILE", "\"" + file + "\" cannot be written: " + e));
        }
    }
}
