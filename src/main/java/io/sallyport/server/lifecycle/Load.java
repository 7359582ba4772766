package io.sallyport.server.lifecycle;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.server.generation.Staged;
import java.util.List;

/** What came of loading a configuration beside the one that serves. */
sealed interface Load {
    /** It is what serves already. */
    record Unchanged() implements Load {}

    /** It can be put into service, or is to be released. */
    record Ready(Staged staged) implements Load {}

    /** Nothing of it can. */
    record Failed(List<ConfigProblem> problems) implements Load {}
}
