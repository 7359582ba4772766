package io.sallyport.server.reload;

import io.sallyport.config.BackendConfig;
import io.sallyport.config.ConfigFiles;
import io.sallyport.config.ListenerConfig;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.RouteConfig;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.TlsConfig;
import io.sallyport.config.tls.TrustAnchorConfig;
import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.source.KeySources;
import io.sallyport.tls.spiffe.WorkloadIdentity;
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
 * @param domains one value for the authorities of all trust domains; empty where none is trusted
 */
public record Content(
        ProxyConfig config, Map<Path, String> files, Map<CertificateConfig, String> keys, String domains) {

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
        String domains = trustAnchors(config).anyMatch(TrustAnchorConfig.Spiffe.class::isInstance)
                ? sources.workload().identity().map(WorkloadIdentity::trusted).orElse("")
                : "";
        return new Content(config, files, keys, domains);
    }

    /** The sources of keys, some more than once. */
    public static Stream<CertificateConfig> certificates(ProxyConfig config) {
        return Stream.concat(
                        config.listeners().values().stream().map(ListenerConfig::certificates),
                        config.backends().values().stream().map(BackendConfig::certificates))
                .flatMap(Collection::stream);
    }

    /** The client-auth blocks that ask for certificates, some more than once. */
    public static Stream<ClientAuthConfig> clientAuths(ProxyConfig config) {
        return config.listeners().values().stream()
                .flatMap(listener -> Stream.concat(
                        listener.plain() ? Stream.of() : Stream.of(listener.tls()),
                        listener.routes().stream()
                                .filter(route -> !route.passthrough())
                                .map(RouteConfig::tls)))
                .map(TlsConfig::clientAuth)
                .filter(each -> each.mode() != ClientAuthConfig.Mode.NONE);
    }

    private static Stream<TrustAnchorConfig> trustAnchors(ProxyConfig config) {
        return Stream.concat(
                        config.listeners().values().stream().map(ListenerConfig::trustAnchors),
                        config.backends().values().stream().map(BackendConfig::trustAnchors))
                .flatMap(Collection::stream);
    }

    /** One value for what these files, sources and trust anchors hold; anchors that are files are among the files. */
    public String hashOf(
            Collection<Path> someFiles,
            Collection<CertificateConfig> someKeys,
            Collection<TrustAnchorConfig> someAnchors) {
        StringBuilder all = new StringBuilder();
        for (Path file : new TreeSet<>(someFiles)) {
            all.append(file).append(' ').append(files.get(file)).append('\n');
        }
        someKeys.forEach(key -> all.append(keys.get(key)).append('\n'));
        if (someAnchors.contains(new TrustAnchorConfig.Spiffe())) {
            all.append(domains).append('\n');
        }
        return FileHash.ofText(all.toString());
    }
}
