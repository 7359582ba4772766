package io.sallyport.tls.source;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.spiffe.WorkloadApi;
import io.sallyport.tls.token.TokenName;
import io.sallyport.tls.token.Tokens;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The source that each entry of {@code certificates} stands for. Safe for use by any thread. */
public final class KeySources {
    private final Function<String, @Nullable String> environment;
    private final Map<CertificateConfig, DirectoryMemory> directories = new ConcurrentHashMap<>();
    private final WorkloadApi workload;
    private final Tokens tokens;

    /** @param environment the value of an environment variable, null when it is not set */
    public KeySources(Function<String, @Nullable String> environment) {
        this(environment, WorkloadApi.none(), new Tokens());
    }

    /**
     * Those of a server.
     *
     * @param workload where the identity of this workload comes from
     * @param tokens where keys are that stay in tokens
     */
    public KeySources(Function<String, @Nullable String> environment, WorkloadApi workload, Tokens tokens) {
        this.environment = environment;
        this.workload = workload;
        this.tokens = tokens;
    }

    /** Where the identity of this workload comes from, and the authorities of trust domains. */
    public WorkloadApi workload() {
        return workload;
    }

    /** From now on these serve. */
    public void follow(Stream<CertificateConfig> configs) {
        tokens.follow(configs.flatMap(each -> each instanceof CertificateConfig.Pkcs11 key
                        ? Stream.of(new TokenName(key.module(), key.token()))
                        : Stream.of())
                .collect(Collectors.toSet()));
    }

    public KeySource of(CertificateConfig config) {
        if (config instanceof CertificateConfig.Acme acme) {
            return new AcmeKeySource(acme);
        }
        if (config instanceof CertificateConfig.Spiffe svid) {
            return new SpiffeKeySource(svid, workload);
        }
        if (config instanceof CertificateConfig.Pkcs11 key) {
            return new TokenKeySource(key, environment, tokens);
        }
        return config instanceof CertificateConfig.Directory directory
                ? new DirectoryKeySource(
                        directory, environment, directories.computeIfAbsent(config, any -> new DirectoryMemory()))
                : new FileKeySource(config, environment);
    }

    /** Forgets what is known of others than these. */
    public void retain(Collection<CertificateConfig> configs) {
        directories.keySet().retainAll(configs);
    }

    /** What all of these have now, each entry once, in this order. As {@link KeySource#read}. */
    public List<KeyMaterial> read(Collection<CertificateConfig> configs, Instant now, Findings findings) {
        return configs.stream()
                .distinct()
                .flatMap(config -> of(config).read(now, findings).stream())
                .toList();
    }
}
