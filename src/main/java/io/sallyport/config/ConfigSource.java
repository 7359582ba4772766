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

    /** The file to watch for changes; empty where the configuration is in none. */
    Optional<Path> file();

    /** Whether a reload can find anything new: another text, or other content of the files that it names. */
    boolean isReloadable();

    /** A configuration that never changes; the files that it names are read once, and may be gone after that. */
    static ConfigSource of(ProxyConfig config) {
        return new Fixed(config, false);
    }

    /** A configuration that never changes, but the files that it names may. */
    static ConfigSource ofFlags(ProxyConfig config) {
        return new Fixed(config, true);
    }

    /** One that is in no file. */
    record Fixed(ProxyConfig load, boolean isReloadable) implements ConfigSource {
        @Override
        public Optional<Path> file() {
            return Optional.empty();
        }
    }
}
