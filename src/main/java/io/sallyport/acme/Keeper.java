package io.sallyport.acme;

import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.metrics.AcmeMeters.OrderResult;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.AcmeStorage;
import io.sallyport.tls.source.KeySources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One certificate: what there is of it in the storage, and what is to be done about it. On the one thread alone. */
final class Keeper {
    private final CertificateConfig.Acme certificate;
    private final AcmeStorage storage;
    private final Plan plan;
    private @Nullable Seen seen;
    private @Nullable KeyMaterial held;
    private boolean looked;
    private @Nullable Instant lastAttempt;
    private @Nullable OrderResult lastResult;
    private String lastDetail = "";

    /** Another file stands there once one of these is another. */
    private record Seen(@Nullable Object key, Instant modified, long size) {}

    Keeper(CertificateConfig.Acme certificate, AcmeStorage storage, Plan plan) {
        this.certificate = certificate;
        this.storage = storage;
        this.plan = plan;
    }

    CertificateConfig.Acme certificate() {
        return certificate;
    }

    AcmeStorage storage() {
        return storage;
    }

    Plan plan() {
        return plan;
    }

    /** What serves, or would after the next look at the files; empty: nothing that can be used. */
    Optional<KeyMaterial> held() {
        return Optional.ofNullable(held);
    }

    /**
     * Looks at the storage.
     *
     * @return whether there is something else than at the last look; not so at the first
     */
    boolean look(Instant now) throws IOException {
        if (Files.exists(storage.wish(certificate))) {
            plan.wish();
        }
        @Nullable Seen found = found();
        if (looked && Objects.equals(found, seen)) {
            return false;
        }
        List<KeyMaterial> read =
                new KeySources(variable -> null).of(certificate).read(now, new Findings());
        held = read.isEmpty() || !now.isBefore(read.get(0).notAfter()) ? null : read.get(0);
        plan.holds(held == null ? null : new Plan.Held(held.notBefore(), held.notAfter()), now);
        boolean first = !looked;
        looked = true;
        seen = found;
        return !first;
    }

    private @Nullable Seen found() throws IOException {
        Path file = storage.certificate(certificate);
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Seen(attributes.fileKey(), attributes.lastModifiedTime().toInstant(), attributes.size());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    void attempted(Instant now, OrderResult result, String detail) {
        lastAttempt = now;
        lastResult = result;
        lastDetail = detail;
    }

    AcmeStatus status(Instant now) {
        return new AcmeStatus(
                certificate.authority().name(),
                certificate.names(),
                held == null ? null : held.notAfter(),
                plan.nextOrder(now),
                lastAttempt,
                lastResult == null ? null : lastResult.tag(),
                lastDetail,
                plan.failures());
    }
}
