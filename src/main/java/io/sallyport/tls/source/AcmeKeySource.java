package io.sallyport.tls.source;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The certificate that an authority has issued, as it lies in the storage. Orders nothing: whoever does puts a file there. None
 * yet is no problem, and neither is one that cannot be used, since another will be ordered.
 */
final class AcmeKeySource implements KeySource {
    private final CertificateConfig.Acme config;
    private final AcmeStorage storage;

    AcmeKeySource(CertificateConfig.Acme config) {
        this.config = config;
        this.storage = new AcmeStorage(config.authority().storage());
    }

    @Override
    public String fingerprint() {
        return FileHash.ofText(storage.exposure().orElse("") + " " + FileHash.of(storage.certificate(config)));
    }

    @Override
    public List<KeyMaterial> read(Instant now, Findings findings) {
        Optional<String> exposure = storage.exposure();
        if (exposure.isPresent()) {
            findings.about(config.where(), storage.folder()).problem(exposure.get());
            return List.of();
        }
        Path file = storage.certificate(config);
        if (!Files.exists(file)) {
            return List.of();
        }
        Findings own = new Findings();
        Optional<KeyMaterial> read = new KeyMaterialLoader(variable -> null, now)
                .load(new CertificateConfig.Pem(file, file, new PasswordConfig.None(), config.place()), own);
        own.problems().forEach(each -> findings.warning(each.where(), each.path(), each.detail()));
        own.warnings().forEach(each -> findings.warning(each.where(), each.path(), each.detail()));
        return read.stream().toList();
    }

    @Override
    public Set<Path> files() {
        return Set.of(storage.certificate(config));
    }
}
