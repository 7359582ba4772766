package io.sallyport.server.reload;

import io.sallyport.config.BackendConfig;
import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.source.KeySources;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A configuration with everything that it names, by value: what two of them have in common needs no reload.
 *
 * @param files the hash of each file that is no certificate's
 * @param keys the fingerprint of what the source of each certificate has
 */
public record Content(ProxyConfig config, Map<Path, String> files, Map<CertificateConfig, String> keys) {

    public Content {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
        keys = Map.copyOf(keys);
    }

    /** Looks at all files and all sources of keys. Blocks. */
    public static Content of(ProxyConfig config, KeySources sources) {
        Map<Path, String> files = new TreeMap<>();
        ConfigFiles.of(config).forEach(file -> files.put(file, FileHash.of(file)));
        Map<CertificateConfig, String> keys = new HashMap<>();
        certificates(config)
                .forEach(each ->
                        keys.computeIfAbsent(each, any -> sources.of(any).fingerprint()));
        sources.retain(keys.keySet());
        return new Content(config, files, keys);
    }

    /** The sources of keys, some more than once. */
    public static Stream<CertificateConfig> certificates(ProxyConfig config) {
        return Stream.concat(
                        config.listeners().values().stream().map(ListenerConfig::certificates),
                        config.backends().values().stream().map(BackendConfig::certificates))
                .flatMap(Collection::stream);
    }

    /** One value for what these files and sources hold. */
    public String hashOf(Collection<Path> someFiles, Collection<CertificateConfig> someKeys) {
        StringBuilder all = new StringBuilder();
        for (Path file : new TreeSet<>(someFiles)) {
            all.append(file).append(' ').append(files.get(file)).append('\n');
        }
        someKeys.forEach(key -> all.append(keys.get(key)).append('\n'));
        return FileHash.ofText(all.toString());
    }
}
