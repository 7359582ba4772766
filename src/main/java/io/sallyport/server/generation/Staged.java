package io.sallyport.server.generation;

import io.sallyport.admin.AdminToken;
import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.metrics.Meters.CertificateExpiry;
import io.sallyport.server.reload.Content;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one load produced. Nobody has seen it: no meter, no server, no ticket key and no socket knows of it. It is
 * either put into service by an {@link Assembler} or released.
 *
 * @param content what was loaded, by value
 * @param unresolved names of servers that have no address now
 * @param warnings what is doubtful but no reason not to start, one a line
 */
public record Staged(
        Content content,
        Map<String, StagedListener> listeners,
        Map<String, StagedBackend> backends,
        Expiries expiries,
        @Nullable AdminToken adminToken,
        List<ConfigProblem> unresolved,
        List<String> warnings,
        NativeMemory memory) {

    /**
     * When what was loaded ends.
     *
     * @param certificates those in use, in order
     * @param revocationLists when each is due to be replaced, by its name
     */
    public record Expiries(List<CertificateExpiry> certificates, Map<String, Instant> revocationLists) {}

    public ProxyConfig config() {
        return content.config();
    }

    /** Gives the native memory back of what is not put into service. */
    public void release() {
        memory.release();
    }
}
