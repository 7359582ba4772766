package io.sallyport.server.generation;

import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.server.reload.Content;
import io.sallyport.sources.SourcesLoader;
import io.sallyport.tls.context.ContextPool;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.spiffe.WorkloadApi;
import io.sallyport.tls.spiffe.WorkloadIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One load under way: what it is about, and what it has found so far.
 *
 * @param serving what is in service; null: nothing yet
 * @param base of which everything is used again that has the same value; null: nothing is
 * @param now what validity is judged by
 * @param pool the contexts that it uses
 * @param findings of files, names and keys
 * @param problems what is wrong beside those
 * @param known what {@code base} has of each source whose fingerprint is the same
 * @param keys that, and what this load has read
 * @param sources lists of clients
 * @param trustDomains the authorities of each
 * @param awaited why there is no identity of this workload yet; null: there is, or none is wanted
 */
record LoadRun(
        Content content,
        LoaderServices services,
        @Nullable Serving serving,
        @Nullable Staged base,
        Instant now,
        ContextPool pool,
        Findings findings,
        List<ConfigProblem> problems,
        Map<CertificateConfig, LoadedKeys> known,
        Map<CertificateConfig, LoadedKeys> keys,
        SourcesLoader sources,
        Map<String, List<X509Certificate>> trustDomains,
        @Nullable ConfigProblem awaited) {

    static LoadRun of(
            Content content,
            LoaderServices services,
            @Nullable Serving serving,
            @Nullable Staged base,
            ContextPool pool) {
        Findings findings = new Findings();
        Map<CertificateConfig, LoadedKeys> known = base == null ? Map.of() : base.keysIn(content);
        boolean wanted = content.config().usesSpiffe();
        WorkloadApi workload = services.keys().workload();
        Optional<WorkloadIdentity> identity = wanted ? workload.identity() : Optional.empty();
        return new LoadRun(
                content,
                services,
                serving,
                base,
                Instant.now(),
                pool,
                findings,
                new ArrayList<>(),
                known,
                new HashMap<>(known),
                new SourcesLoader(findings),
                identity.map(WorkloadIdentity::domains).orElse(Map.of()),
                wanted && identity.isEmpty() ? awaited(content.config(), workload) : null);
    }

    private static ConfigProblem awaited(ProxyConfig config, WorkloadApi workload) {
        return new ConfigProblem(
                "",
                "spiffe.endpoint-socket",
                "\"" + config.spiffe().endpoint() + "\": " + workload.problem()
                        + " (expected: an X.509-SVID from the Workload API)");
    }

    ProxyConfig config() {
        return content.config();
    }

    /** What a source has: what it had, where that is known to be the same, else what is read of it. Blocks. */
    List<KeyMaterial> keys(CertificateConfig certificate) {
        LoadedKeys same = known.get(certificate);
        if (same != null) {
            return same.keys();
        }
        Findings found = new Findings();
        List<KeyMaterial> read = services.keys().of(certificate).read(now, found);
        findings.addAll(found);
        keys.put(certificate, new LoadedKeys(read, found.unusable()));
        return read;
    }

    boolean isWithoutProblem() {
        return findings.problems().isEmpty() && problems.isEmpty();
    }
}
