package io.sallyport.config;

import io.sallyport.config.hocon.ConfigException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a configuration comes from, at start and at every reload. */
public interface ConfigSource {

    /**
     * Reads it anew.
     *
     * @throws ConfigException with every problem
     */
    ProxyConfig load() throws ConfigException;

    /** The file to watch for changes; empty where nothing ever changes. */
    Optional<Path> file();

    /** A configuration that never changes; the files that it names are read once, and may be gone after that. */
    static ConfigSource of(ProxyConfig config) {
        return new ConfigSource() {
            @Override
            public ProxyConfig load() {
                return config;
            }

            @Override
            public Optional<Path> file() {
                return Optional.empty();
            }
        };
    }
}
