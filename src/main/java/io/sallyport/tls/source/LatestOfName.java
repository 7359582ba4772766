package io.sallyport.tls.source;

import io.sallyport.tls.material.KeyAlgorithm;
import io.sallyport.tls.material.KeyMaterial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Of several certificates for one name and kind of key the one with the later end: a renewed one lies beside the one before. */
final class LatestOfName {
    private record Place(String name, KeyAlgorithm algorithm) {}

    private LatestOfName() {}

    /** The same in the same order, each with the names alone that it is the latest of; without those that have none left. */
    static List<KeyMaterial> of(List<KeyMaterial> keys) {
        Map<Place, KeyMaterial> latest = new HashMap<>();
        for (KeyMaterial key : keys) {
            for (String name : key.serverNames()) {
                latest.merge(new Place(name, key.algorithm()), key, LatestOfName::later);
            }
        }
        List<KeyMaterial> result = new ArrayList<>();
        for (KeyMaterial key : keys) {
            List<String> names = key.serverNames().stream()
                    .filter(name -> latest.get(new Place(name, key.algorithm())) == key)
                    .toList();
            if (names.size() == key.serverNames().size()) {
                result.add(key);
            } else if (!names.isEmpty()) {
                result.add(key.withServerNames(names));
            }
        }
        return result;
    }

    private static KeyMaterial later(KeyMaterial one, KeyMaterial other) {
        Instant end = one.notAfter();
        return other.notAfter().isAfter(end) ? other : one;
    }
}
