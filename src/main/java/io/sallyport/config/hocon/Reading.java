package io.sallyport.config.hocon;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the whole reading of a file comes to, beside its values.
 *
 * @param restartKeys by path, the keys that it takes a restart to change
 */
public record Reading(List<ConfigProblem> problems, Map<String, RestartKeys.Key> restartKeys) {
    public Reading() {
        this(new ArrayList<>(), new TreeMap<>());
    }
}
