package io.sallyport.server.generation;

import io.sallyport.config.ProxyConfig;
import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.server.reload.Content;
import io.sallyport.tls.context.ContextPool;
import io.sallyport.tls.file.Findings;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One load under way: what it is about, and what it has found so far.
 *
 * @param serving what is in service; null: nothing yet
 * @param now what validity is judged by
 * @param pool the contexts that it uses
 * @param findings of files, names and keys
 * @param problems what is wrong beside those
 */
record LoadRun(
        Content content,
        LoaderServices services,
        @Nullable Serving serving,
        Instant now,
        ContextPool pool,
        Findings findings,
        List<ConfigProblem> problems) {

    ProxyConfig config() {
        return content.config();
    }

    boolean isWithoutProblem() {
        return findings.problems().isEmpty() && problems.isEmpty();
    }
}
