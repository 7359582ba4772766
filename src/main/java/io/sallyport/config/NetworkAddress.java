package io.sallyport.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where a socket is. Text form: {@code host:port}, {@code [v6]:port} or {@code unix:/path}. */
public sealed interface NetworkAddress {
    /** What a value that does not parse is told to look like. */
    String RULE = HostPort.RULE + ", or unix:/path of at most 100 bytes";

    /** TCP. */
    record Tcp(HostPort hostPort) implements NetworkAddress {
        @Override
        public String toString() {
            return hostPort.toString();
        }
    }

    /**
     * A unix-domain socket.
     *
     * @param path absolute; at most 100 bytes, since the kernel takes 107 and a listener needs some for a name beside it
     */
    record Unix(String path) implements NetworkAddress {
        private static final int MOST_BYTES = 100;

        public Unix {
            if (path.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
                throw new IllegalArgumentException(RULE);
            }
        }

        @Override
        public String toString() {
            return PREFIX + path;
        }
    }

    /** How the text of a unix-domain socket begins. */
    String PREFIX = "unix:";

    /**
     * Parses the text form.
     *
     * @param directory what the path of a unix-domain socket is relative to
     * @throws IllegalArgumentException when the text has another form
     */
    static NetworkAddress parse(String text, Path directory) {
        if (!text.startsWith(PREFIX)) {
            return new Tcp(HostPort.parse(text));
        }
        String path = text.substring(PREFIX.length());
        if (path.isEmpty() || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(RULE);
        }
        return new Unix(directory.resolve(path).toAbsolutePath().normalize().toString());
    }
}
