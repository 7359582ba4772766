package io.sallyport.server.generation;

import io.sallyport.admin.AdminToken;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.context.ContextPool;
import io.sallyport.tls.file.Findings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one load produced. Nothing refers to it: no meter, no server, no ticket key and no socket knows of it. It is
 * either put into service by an {@link Assembler} or released.
 *
 * @param content what was loaded, by value
 * @param keys what each source has that is in use
 * @param unresolved names of servers that have no address now
 * @param warnings what is doubtful but no reason not to start, one a line
 * @param awaited why there is no identity of this workload yet; null: there is, or none is wanted
 * @param contexts all that the listeners and backends use
 */
public record Staged(
        Content content,
        Map<String, StagedListener> listeners,
        Map<String, StagedBackend> backends,
        Map<CertificateConfig, LoadedKeys> keys,
        Expiries expiries,
        @Nullable AdminToken adminToken,
        List<ConfigProblem> unresolved,
        List<String> warnings,
        @Nullable ConfigProblem awaited,
        ContextPool contexts) {

    public ProxyConfig config() {
        return content.config();
    }

    /** What those sources have whose fingerprint is the same in {@code next}. */
    Map<CertificateConfig, LoadedKeys> keysIn(Content next) {
        Map<CertificateConfig, LoadedKeys> same = new HashMap<>(keys);
        same.keySet()
                .removeIf(each ->
                        !Objects.equals(content.keys().get(each), next.keys().get(each)));
        return same;
    }

    /** What cannot be used of each folder of certificates, by its name; nothing, where all can be. */
    public Map<String, List<ConfigProblem>> unusable() {
        Map<String, List<ConfigProblem>> unusable = new TreeMap<>();
        keys.forEach((source, loaded) -> {
            if (source instanceof CertificateConfig.Directory directory) {
                unusable.put(Findings.display(directory.directory()), loaded.unusable());
            }
        });
        return unusable;
    }

    /** How many contexts this load had to build; the others are those that serve. */
    public int contextsBuilt() {
        return contexts.built();
    }

    /** Gives the native memory back of what is not put into service. */
    public void release() {
        contexts.release();
    }
}
