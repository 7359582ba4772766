package io.sallyport.config;

import io.sallyport.config.hocon.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file, parsed again only where it is not what it was: it is looked at every few seconds, and parsing it takes the
 * processor for longer than a connection should wait for its next byte.
 *
 * <p>One thread at a time.
 */
public final class FileSource implements ConfigSource {
    /** What a file includes may change while the file does not. */
    private static final String INCLUDE = "include";

    private final Path file;
    private String parsed = "";
    private @Nullable ProxyConfig config;

    public FileSource(Path file) {
        this.file = file;
    }

    @Override
    public ProxyConfig load() throws ConfigException {
        String text = text();
        ProxyConfig known = config;
        if (known != null && text.equals(parsed)) {
            return known;
        }
        ProxyConfig loaded = ConfigLoader.load(file);
        // A write in between would store one text with the configuration of another.
        boolean sure = !text.isEmpty() && !text.contains(INCLUDE) && text.equals(text());
        parsed = text;
        config = sure ? loaded : null;
        return loaded;
    }

    @Override
    public Optional<Path> file() {
        return Optional.of(file);
    }

    @Override
    public boolean isReloadable() {
        return true;
    }

    /** Empty where it cannot be read; the loader says why. */
    private String text() {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
