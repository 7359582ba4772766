package io.sallyport.tls.source;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.spiffe.WorkloadApi;
import io.sallyport.tls.spiffe.WorkloadIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The X.509-SVID of this workload. None yet is no problem: it comes by itself. */
final class SpiffeKeySource implements KeySource {
    private final CertificateConfig.Spiffe config;
    private final WorkloadApi workload;

    SpiffeKeySource(CertificateConfig.Spiffe config, WorkloadApi workload) {
        this.config = config;
        this.workload = workload;
    }

    @Override
    public String fingerprint() {
        return workload.identity().map(WorkloadIdentity::shown).orElse("");
    }

    @Override
    public List<KeyMaterial> read(Instant now, Findings findings) {
        return workload.identity().map(identity -> material(identity, now)).stream()
                .toList();
    }

    @Override
    public Set<Path> files() {
        return Set.of();
    }

    private KeyMaterial material(WorkloadIdentity identity, Instant now) {
        String name = identity.id().toString();
        // Nothing that could be said of it is the operator's to change: it was judged when it came, and ends within the
        // hour.
        Findings none = new Findings();
        return KeyMaterialLoader.material(
                name,
                identity.algorithm(),
                identity.key(),
                identity.chain().get(0),
                identity.chain(),
                now,
                new Findings.About(none, config.where(), name));
    }
}
