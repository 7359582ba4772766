package io.sallyport.config.value;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a socket is. Text form: {@code host:port}, {@code [v6]:port}, {@code unix:/path} or {@code systemd:NAME}.
 */
public sealed interface NetworkAddress {
    /** The expected form, for the message about a value that does not parse. */
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

    /**
     * A socket that the service manager has bound and hands over; only a listener can have one.
     *
     * @param name as in {@code FileDescriptorName=} of systemd.socket(5)
     */
    record Inherited(String name) implements NetworkAddress {
        /** How the text begins. */
        static final String PREFIX = "systemd:";

        public Inherited {
            if (name.isEmpty()) {
                throw new IllegalArgumentException(RULE);
            }
        }

        @Override
        public String toString() {
            return PREFIX + name;
        }
    }

    /** How the text of a unix-domain socket begins. */
    String PREFIX = "unix:";

    /** The expected form of {@link #parseBind}, for the message about a value that does not parse. */
    String BIND_RULE = RULE + ", or systemd:NAME";

    /**
     * Parses the text form of where a listener is.
     *
     * @param directory what the path of a unix-domain socket is relative to
     * @throws IllegalArgumentException when the text has another form
     */
    static NetworkAddress parseBind(String text, Path directory) {
        return text.startsWith(Inherited.PREFIX)
                ? new Inherited(text.substring(Inherited.PREFIX.length()))
                : parse(text, directory);
    }

    /**
     * Parses the text form of what is not inherited.
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
