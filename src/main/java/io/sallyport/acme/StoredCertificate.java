package io.sallyport.acme;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.source.AcmeStorage;
import io.sallyport.tls.source.KeySources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A certificate that is ordered from an authority, as whoever is not the running proxy sees it: by what is in the storage. */
public final class StoredCertificate {
    private final CertificateConfig.Acme certificate;
    private final AcmeStorage storage;

    private StoredCertificate(CertificateConfig.Acme certificate) {
        this.certificate = certificate;
        this.storage = new AcmeStorage(certificate.authority().storage());
    }

    /** Those that are ordered, each once. */
    public static List<StoredCertificate> of(Stream<CertificateConfig> certificates) {
        return CertificateConfig.Acme.among(certificates).stream()
                .map(StoredCertificate::new)
                .toList();
    }

    public List<String> names() {
        return certificate.names();
    }

    /** The key under {@code acme}. */
    public String authority() {
        return certificate.authority().name();
    }

    /** How the authority sees that its names lead here, as the configuration has it. */
    public String challenge() {
        return certificate.authority().challenge().tag();
    }

    /** Where it is, or will be. */
    public Path file() {
        return storage.certificate(certificate);
    }

    /** When it ends; null: there is none, or none that can be used. */
    public @Nullable Instant notAfter(Instant now) {
        return new KeySources(variable -> null)
                .of(certificate).read(now, new Findings()).stream()
                        .findFirst()
                        .map(each -> each.notAfter())
                        .orElse(null);
    }

    /** Whether an order has begun and is not at its end. */
    public boolean isPending() {
        return Files.exists(storage.order(certificate));
    }

    /**
     * Has another ordered by the proxy that runs on this storage, within seconds.
     *
     * @throws IOException where the storage cannot be written
     */
    public void renew() throws IOException {
        storage.create();
        storage.write(storage.wish(certificate), new byte[0]);
    }

    /** What would keep it from being ordered, as far as that can be known without asking the authority. */
    public List<ConfigProblem> problems() {
        List<ConfigProblem> problems = new ArrayList<>();
        try {
            Authority authority = Authority.open(certificate.authority());
            authority.checkAccount(storage);
        } catch (OrderFailure e) {
            problems.add(problem("acme." + authority(), String.valueOf(e.getMessage())));
        }
        unwritable().ifPresent(detail -> problems.add(problem(Findings.display(storage.folder()), detail)));
        return problems;
    }

    private Optional<String> unwritable() {
        Path there = storage.folder();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return Files.isDirectory(there) && Files.isWritable(there)
                ? Optional.empty()
                : Optional.of(Findings.display(there) + " cannot be written (expected: a folder of ours)");
    }

    private ConfigProblem problem(String subject, String detail) {
        return new ConfigProblem(certificate.where(), subject, detail);
    }
}
