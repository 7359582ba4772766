package io.sallyport.server.generation;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.tls.material.KeyMaterial;
import java.util.List;

/**
 * What a source of keys had when it was read.
 *
 * @param unusable what it has besides and cannot be used
 */
record LoadedKeys(List<KeyMaterial> keys, List<ConfigProblem> unusable) {
    LoadedKeys {
        keys = List.copyOf(keys);
        unusable = List.copyOf(unusable);
    }
}
