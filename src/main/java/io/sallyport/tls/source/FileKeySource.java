package io.sallyport.tls.source;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A pair of PEM files or a key store, as it is on disk. */
final class FileKeySource implements KeySource {
    private final CertificateConfig config;
    private final Function<String, @Nullable String> environment;

    FileKeySource(CertificateConfig config, Function<String, @Nullable String> environment) {
        this.config = config;
        this.environment = environment;
    }

    @Override
    public List<KeyMaterial> read(Instant now, Findings findings) {
        return new KeyMaterialLoader(environment, now)
                .load(config, findings).stream().toList();
    }

    @Override
    public Set<Path> files() {
        Set<Path> files = new TreeSet<>();
        if (config instanceof CertificateConfig.Pem pem) {
            files.add(pem.chain());
            files.add(pem.key());
        }
        if (config instanceof CertificateConfig.Keystore store) {
            files.add(store.keystore());
        }
        if (config.password() instanceof PasswordConfig.File password) {
            files.add(password.path());
        }
        return files;
    }
}
