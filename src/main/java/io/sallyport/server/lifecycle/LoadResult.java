package io.sallyport.server.lifecycle;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.server.generation.Staged;
import java.util.List;

/** What came of loading a configuration beside the one that serves. */
sealed interface LoadResult {
    /** It is what serves already. */
    record Unchanged() implements LoadResult {}

    /** It can be put into service, or is to be released. */
    record Ready(Staged staged) implements LoadResult {}

    /** Nothing of it can. */
    record Failed(List<ConfigProblem> problems) implements LoadResult {}
}
